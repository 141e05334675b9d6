/**
 * The identity of a file: its device, its inode and its time of creation, because file systems reuse
 * a free inode at once. It tells a file that was seen or kept before from another file that has the
 * same name now.
 *
 * Not guaranteed: two files with the same inode look alike if they were created in the same
 * millisecond, or if the file system does not record the time of creation.
 */
import * as fs from "node:fs";

/** The file is not the one that was seen or recorded before, or not a regular file. */
export class OtherFileError extends Error {
  override readonly name = "OtherFileError";
  readonly code = "EOTHERFILE";

  constructor() {
    super("it is not the expected regular file");
  }
}

/** "DEVICE:INODE:CREATED" of the file, directory or link at a path; undefined: there is none. */
export function identityAt(path: string): string | undefined {
  const found = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && identityOf(found);
}

/**
 * Whether two identities are of one file. A device may get another number when it is mounted again;
 * inode and time of making then tell enough.
 */
export function isSameFile(one: string, other: string | undefined): boolean {
  if (one === other) return true;
  const [, ino, made] = one.split(":");
  const [, otherIno, otherMade] = other?.split(":") ?? [];
  return ino === otherIno && made === otherMade && made !== "0";
}

function identityOf({ dev, ino, birthtimeMs }: fs.BigIntStats): string {
  return `${dev}:${ino}:${birthtimeMs}`;
}

/**
 * Opens the regular file at a path without blocking. If its permissions are limited, the runtime
 * follows links in spite of O_NOFOLLOW, so the open file is compared with the one at the path.
 *
 * @param identity Identity that the file must have; absent: that of the file at the path.
 *
 * Throws the system's error or OtherFileError.
 */
export function openRegularFile(path: string, flags: number, identity?: string): number {
  const { O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  const there = fs.lstatSync(path, { bigint: true });
  if (!there.isFile()) throw new OtherFileError();
  const file = fs.openSync(path, flags | O_NOFOLLOW | O_NONBLOCK);
  const open = identityOf(fs.fstatSync(file, { bigint: true }));
  if (open === identityOf(there) && (identity === undefined || isSameFile(open, identity))) {
    return file;
  }
  fs.closeSync(file);
  throw new OtherFileError();
}
