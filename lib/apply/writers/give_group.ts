/**
 * Gives a file of another user a group which that user cannot give. The directory is that user's, so
 * its paths prove nothing: the file is opened once, without blocking on a pipe, and is checked and
 * changed only as that open file. O_NOFOLLOW cannot be relied on: with limited permissions, the runtime
 * resolves links before it opens a file (tried with 2.7.11).
 *
 * Why this is safe: nothing is done unless the open file is a regular file of that user, has a single
 * name, and contains what was written. So a member of the user's group, who can move the user's files
 * about, cannot get another file given away. Set-ID bits are never set, and the kernel clears those
 * that are there (chown(2)).
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { changeMode, changeOwner } from "../../host/change_owner.ts";
import { fill } from "../../host/regular_file.ts";

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants;

/** What the file must be, and the group and mode that it gets. */
export interface NewOwnership {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, set after the group. */
  readonly mode: number;
  readonly content: Uint8Array;
}

/** Throws the system's error, or Error with a message for users. */
export function giveGroup(path: string, { uid, gid, mode, content }: NewOwnership): void {
  const file = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const found = fs.fstatSync(file);
    if (!found.isFile() || found.uid !== uid || found.nlink !== 1 || !contains(file, content)) {
      throw new Error("another file has taken the place of the new file");
    }
    changeOwner(file, uid, gid, 0);
    changeMode(file, mode & 0o777);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function contains(file: number, content: Uint8Array): boolean {
  // One byte more, to see that the file ends there.
  const found = fill(
    content.length + 1,
    (rest) => fs.readSync(file, rest, 0, rest.length, null),
  );
  return Buffer.from(content).equals(found);
}
