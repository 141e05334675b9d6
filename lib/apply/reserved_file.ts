/**
 * A file for something that can be had once only, such as an unwrapped secret id: it is made, with
 * room on the disk, before there is something to write, so that what comes is not lost to a full
 * disk or a missing permission. It takes its name by a rename when it is whole.
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { folderOf, temporaryFile } from "../config/store_paths.ts";
import type { Reserved } from "../vault/session/login.ts";
import { removeIfThere, removeQuietly, syncFolder, writeNewFile } from "./atomic_write.ts";

/** Bytes; a secret id has 36. */
const ROOM = 4096;

/** Throws the system's error; then nothing is left. */
export function reserveFile(path: string): Reserved {
  const temporary = temporaryFile(path);
  removeIfThere(temporary);
  writeNewFile(temporary, " ".repeat(ROOM), { mode: 0o600 });
  return {
    keep(text) {
      overwrite(temporary, `${text}\n`);
      fs.renameSync(temporary, path);
      syncFolder(folderOf(path));
    },
    release: () => removeQuietly(temporary),
  };
}

function overwrite(path: string, text: string): void {
  const file = fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at, bytes.length - at, at);
    fs.ftruncateSync(file, bytes.length);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}
