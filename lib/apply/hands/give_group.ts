/**
 * Gives a file that another user has made a group which that user cannot give. The folder is that
 * user's, so a path in it proves nothing: the file is opened once, without waiting for a pipe, and is
 * judged and changed only as that open file. O_NOFOLLOW is no help to count on: where its permissions
 * are limited in any way, the runtime resolves links before it opens (tried with 2.7.11).
 *
 * Why this is safe: whatever the path leads to, it is a regular file of that user with a single
 * name, or nothing is done. Its owner could have filled it with anything, and is to own a file of
 * this group in any case, so that all that can be won is another of the user's own files in that
 * group. Set-id bits are never given, and the kernel takes those that are there (chown(2)).
 */
import * as fs from "node:fs";

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants;

/** @param mode Permission bits, given once the group is right. Throws Error in plain words. */
export function giveGroup(path: string, uid: number, gid: number, mode: number): void {
  const file = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const found = fs.fstatSync(file);
    if (!found.isFile() || found.uid !== uid || found.nlink !== 1) {
      throw new Error("somebody has put something else in the place of the new file");
    }
    fs.fchownSync(file, uid, gid);
    fs.fchmodSync(file, mode & 0o777);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}
