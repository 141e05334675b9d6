/**
 * Writes through a file that is there, for the one case in which nothing can be renamed over it: it
 * is the mount of a single file. Owner and mode first, never wider than both; then all content by one
 * call where the system takes it so; then the length; then the last mode.
 *
 * Not guaranteed: that a reader, or a crash, does not meet the file half. Only a rename could do that.
 */
import * as fs from "node:fs";
import { removeIfThere, writeAll } from "./atomic_write.ts";
import { openRegularFile } from "./file_identity.ts";

/**
 * Gives a regular file content, owner, group, mode and times of another, which goes. Neither is
 * reached through a link.
 *
 * @param identity Which file the other has to be; absent: the one that lies there.
 *
 * Throws the system's error, or OtherFileError; then the file may be half, and the other is there.
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
