/**
 * Overwrites an existing file, for the one case in which nothing can be renamed over it: it is the
 * mount of a single file. Owner and mode come first, and the mode is never wider than both the old and
 * the new one; then the content, the length, and the final mode.
 *
 * Not guaranteed: a reader may see the file half written, and so may the next run after a crash. Only
 * a rename could prevent that.
 */
import * as fs from "node:fs";
import { removeIfThere, writeAll } from "./atomic_write.ts";
import { openRegularFile } from "./file_identity.ts";

/**
 * Gives a regular file the content, owner, group, mode and times of another file, then removes the
 * other file. No symbolic link is followed.
 *
 * @param identity Identity that `from` must have; absent: any regular file.
 *
 * Throws the system's error or OtherFileError; then `path` may be half written, and `from` still exists.
 */
export function writeThrough(from: string, path: string, identity?: string): void {
  using stack = new DisposableStack();
  const open = (path: string, flags: number, identity?: string) =>
    stack.adopt(openRegularFile(path, flags, identity), (file) => fs.closeSync(file));
  const source = open(from, fs.constants.O_RDONLY, identity);
  const { uid, gid, mode, atime, mtime } = fs.fstatSync(source);
  const content = fs.readFileSync(source);
  const file = open(path, fs.constants.O_WRONLY);
  const found = fs.fstatSync(file);
  if ((found.mode & mode) !== found.mode) fs.fchmodSync(file, found.mode & mode & 0o777);
  if (found.uid !== uid || found.gid !== gid) fs.fchownSync(file, uid, gid);
  writeAll(file, content);
  fs.ftruncateSync(file, content.length);
  fs.fchmodSync(file, mode & 0o7777);
  fs.futimesSync(file, atime, mtime);
  fs.fsyncSync(file);
  removeIfThere(from);
}
