/**
 * A file for something that can be had once only, such as an unwrapped secret id: it is made, with
 * room on the disk, before there is something to write, so that what comes is not lost to a full
 * disk or a missing permission. It takes its name by a rename when it is whole.
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { directoryOf } from "../text/path.ts";
import { temporaryFile } from "../store/store_paths.ts";
import type { Reserved } from "../vault/session/login.ts";
import { removeIfThere, removeQuietly, syncDirectory, writeNewFile } from "../host/atomic_write.ts";

/** Bytes; a secret id has 36. */
const ROOM = 4096;
const BLANK = " ".repeat(ROOM);

/** Throws the system's error; then nothing is left. */
export function reserveFile(path: string): Reserved {
  const temporary = temporaryFile(path);
  removeIfThere(temporary);
  writeNewFile(temporary, BLANK, { mode: 0o600 });
  return {
    keep(text) {
      overwrite(temporary, `${text}\n`);
      fs.renameSync(temporary, path);
      syncDirectory(directoryOf(path));
    },
    release: () => removeQuietly(temporary),
  };
}

/** The runtime resolves links before it opens: what is open may be another file by now. */
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
    for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at, bytes.length - at, at);
    fs.ftruncateSync(file, bytes.length);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}
