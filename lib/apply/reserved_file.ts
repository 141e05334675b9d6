/**
 * A file for a secret that can be obtained only once, such as an unwrapped secret ID. The file is
 * created, with space on the disk, before the secret is fetched, so that the secret cannot be lost to
 * a full disk or a missing permission. It is renamed into place once it is whole.
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { directoryOf } from "../text/path.ts";
import { temporaryFile } from "../store/store_paths.ts";
import type { Reserved } from "../vault/session/login.ts";
import { removeIfThere, removeQuietly, writeAll, writeNewFile } from "../host/atomic_write.ts";
import { syncDirectory } from "../host/sync.ts";

/** Bytes; a secret id has 36. */
const ROOM = 4096;
const BLANK = " ".repeat(ROOM);

/** Throws the system's error and leaves nothing. */
export async function reserveFile(path: string): Promise<Reserved> {
  const temporary = temporaryFile(path);
  removeIfThere(temporary);
  await writeNewFile(temporary, BLANK, { mode: 0o600 });
  return {
    keep(text) {
      overwrite(temporary, `${text}\n`);
      fs.renameSync(temporary, path);
      syncDirectory(directoryOf(path));
    },
    release: () => removeQuietly(temporary),
  };
}

/** The runtime resolves links before it opens a file, so another file may be open. */
function requireReserved(file: number): void {
  const found = Buffer.alloc(ROOM + 1);
  const length = fs.readSync(file, found, 0, ROOM + 1, 0);
  const { nlink } = fs.fstatSync(file);
  if (nlink === 1 && found.toString("utf8", 0, length) === BLANK) return;
  throw new Error("another file has taken its place");
}

function overwrite(path: string, text: string): void {
  const file = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NOFOLLOW);
  try {
    requireReserved(file);
    const bytes = Buffer.from(text);
    writeAll(file, bytes);
    fs.ftruncateSync(file, bytes.length);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}
