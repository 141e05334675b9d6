/**
 * Which file lies at a path: its device and inode, and when it was made, as file systems give a free
 * inode to the next file at once. So a file that was seen, or kept, is told from what somebody else
 * has put under its name since.
 *
 * Not guaranteed: that it is told from a file with the same inode that was made in the same
 * millisecond, or where the file system does not know when a file was made.
 */
import * as fs from "node:fs";

/** Something else lies there than was seen, or noted, before. */
export class OtherFileError extends Error {
  override readonly name = "OtherFileError";
  readonly code = "EOTHERFILE";

  constructor() {
    super("it is not the expected regular file");
  }
}

/** "DEVICE:INODE:MADE" of what lies at a path, no link followed; absent: nothing does. */
export function identityAt(path: string): string | undefined {
  const found = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && identityOf(found);
}

function identityOf({ dev, ino, birthtimeMs }: fs.BigIntStats): string {
  return `${dev}:${ino}:${birthtimeMs}`;
}

/**
 * Opens the regular file that lies at a path, without waiting. The runtime may follow a link in spite
 * of O_NOFOLLOW (where its permissions are limited), so what is open is compared with what lies there.
 *
 * @param identity Which file it has to be; absent: the one that lies there.
 *
 * Throws the system's error, or OtherFileError.
 */
export function openRegularFile(path: string, flags: number, identity?: string): number {
  const { O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  const there = fs.lstatSync(path, { bigint: true });
  if (!there.isFile()) throw new OtherFileError();
  const file = fs.openSync(path, flags | O_NOFOLLOW | O_NONBLOCK);
  if (identityOf(fs.fstatSync(file, { bigint: true })) === (identity ?? identityOf(there))) {
    return file;
  }
  fs.closeSync(file);
  throw new OtherFileError();
}
