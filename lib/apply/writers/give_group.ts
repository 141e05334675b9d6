/**
 * Gives a file that another user has made a group which that user cannot give. The directory is that
 * user's, so a path in it proves nothing: the file is opened once, without waiting for a pipe, and is
 * judged and changed only as that open file. O_NOFOLLOW is no help to count on: where its permissions
 * are limited in any way, the runtime resolves links before it opens (tried with 2.7.11).
 *
 * Why this is safe: whatever the path leads to, it is a regular file of that user with a single
 * name that holds what was to be written, or nothing is done. A member of the user's own group, who
 * can move the user's files about, has none other given away. Set-id bits are never given, and the
 * kernel takes those that are there (chown(2)).
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants;

/** What the file is to be. */
export interface NewOwnership {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, given once the group is right. */
  readonly mode: number;
  readonly content: Uint8Array;
}

/** Throws Error in plain words. */
export function giveGroup(path: string, { uid, gid, mode, content }: NewOwnership): void {
  const file = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const found = fs.fstatSync(file);
    if (
      !found.isFile() || found.uid !== uid || found.nlink !== 1 || !holds(file, content)
    ) {
      throw new Error("another file has taken the place of the new file");
    }
    fs.fchownSync(file, uid, gid);
    fs.fchmodSync(file, mode & 0o777);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function holds(file: number, content: Uint8Array): boolean {
  // One byte more, to see that there is none.
  const found = Buffer.alloc(content.length + 1);
  let filled = 0;
  for (let count = 1; count > 0 && filled < found.length; filled += count) {
    count = fs.readSync(file, found, filled, found.length - filled, filled);
  }
  return found.subarray(0, filled).equals(content);
}
