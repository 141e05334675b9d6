/**
 * The atomic write. A file is replaced by: temporary file in the same directory (O_EXCL, O_NOFOLLOW,
 * mode 0600) → fchown, fchmod → write → fsync → rename → fsync of the directory. If the process or
 * the machine dies at any point, a reader finds the whole old file or the whole new one, and the
 * content is never readable by more users than the final mode allows.
 *
 * Not guaranteed: if another user may write to the directory, it may be another directory at the
 * next call. The runtime has no file-system calls relative to an open directory.
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { errorCode } from "../text/plain_cause.ts";
import { directoryOf } from "../text/path.ts";
import { changeMode, changeOwner } from "./change_owner.ts";
import { quietly } from "./quietly.ts";
import { syncFile, syncShared } from "./sync.ts";

/** Owner, group and permission bits of a file. */
export interface Ownership {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly mode: number;
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;

/** Creates a file, synced. Throws the system's error and leaves nothing, for example if the file exists. */
export async function writeNewFile(
  path: string,
  content: string | Uint8Array,
  ownership: Ownership,
): Promise<void> {
  const file = fs.openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    try {
      own(file, ownership);
      writeAll(file, typeof content === "string" ? Buffer.from(content) : content);
      await syncFile(file);
    } finally {
      fs.closeSync(file);
    }
  } catch (error) {
    removeQuietly(path);
    throw error;
  }
}

/** Owner first: fchown clears set-id bits, and the mode must never be wide under the old owner. */
function own(file: number, ownership: Ownership): void {
  const made = fs.fstatSync(file);
  const { uid = made.uid, gid = made.gid, mode } = ownership;
  if (uid !== made.uid || gid !== made.gid) changeOwner(file, uid, gid, made.uid);
  changeMode(file, mode);
}

/** How a file is replaced. */
export interface Replacement {
  readonly temporary: string;
  readonly mode: number;
  /** Modification time; absent: now. */
  readonly time?: Date | undefined;
}

/** Replaces or creates a file by way of a temporary one. Throws the system's error. */
export async function replaceFile(
  path: string,
  content: string,
  { temporary, mode, time }: Replacement,
): Promise<void> {
  try {
    removeIfThere(temporary);
    await writeNewFile(temporary, content, { mode });
    if (time !== undefined) fs.utimesSync(temporary, time, time);
    fs.renameSync(temporary, path);
    await syncShared(directoryOf(path));
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

/** Writes all bytes at the current position. Throws the system's error. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at);
}

/** Removes a file if it exists. */
export function removeIfThere(path: string): void {
  try {
    fs.unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

/** Removes what a failure left. Never throws: the failure itself is what is reported. */
export function removeQuietly(path: string): void {
  quietly(() => removeIfThere(path));
}
