/**
 * The atomic write. A file is replaced by: temporary file in the same directory (O_EXCL, O_NOFOLLOW,
 * mode 0600) → fchown, fchmod → write → fsync → rename → fsync of the directory. So whatever kills
 * the process or the machine, a reader finds the old file or the new one, whole, and the content is
 * never readable by more than the final mode allows.
 *
 * Not guaranteed: that a directory which somebody else may write to is still the same directory between
 * two of these calls. The runtime has no file-system calls relative to an open directory.
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";

/** Whose a file is and who may do what with it. */
export interface Ownership {
  readonly uid?: number;
  readonly gid?: number;
  readonly mode: number;
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;

/** Makes a file that was not there, whole and synced. Throws the system's error; leaves nothing. */
export function writeNewFile(
  path: string,
  content: string | Uint8Array,
  ownership: Ownership,
): void {
  const file = fs.openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    try {
      own(file, ownership);
      writeAll(file, typeof content === "string" ? Buffer.from(content) : content);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  } catch (error) {
    removeQuietly(path);
    throw error;
  }
}

/** Owner first: fchown clears set-id bits, and the mode must never be wide under the old owner. */
function own(file: number, { uid, gid, mode }: Ownership): void {
  const made = fs.fstatSync(file);
  if ((uid ?? made.uid) !== made.uid || (gid ?? made.gid) !== made.gid) {
    fs.fchownSync(file, uid ?? made.uid, gid ?? made.gid);
  }
  fs.fchmodSync(file, mode);
}

/** Writes all bytes from where the file stands. Throws the system's error. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at);
}

/** Makes renames and removals in a directory last. */
export function syncDirectory(path: string): void {
  const directory = fs.openSync(path, fs.constants.O_RDONLY);
  try {
    fs.fsyncSync(directory);
  } finally {
    fs.closeSync(directory);
  }
}

/** Removes a file; that it was not there is no error. */
export function removeIfThere(path: string): void {
  try {
    fs.unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Removes what a failure left, and keeps silent where it cannot: the failure is what counts. */
export function removeQuietly(path: string): void {
  try {
    removeIfThere(path);
  } catch {
    return;
  }
}
