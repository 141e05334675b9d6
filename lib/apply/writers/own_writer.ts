/**
 * Carries out orders as the user who runs this process.
 *
 * Not guaranteed: that a directory which somebody else may replace is still the same one between two
 * calls. The runtime has no file-system calls relative to an open directory; plan/hand.ts says whose
 * hand may work where.
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { directoryOf } from "../../text/path.ts";
import { replacedFile, temporaryFile } from "../../store/store_paths.ts";
import { removeIfThere, syncDirectory, writeNewFile } from "../../host/atomic_write.ts";
import { identityAt, openRegularFile, OtherFileError } from "../../host/file_identity.ts";
import { isThere } from "../../host/is_there.ts";
import { makeSymbolicLink } from "../../host/symbolic_link.ts";
import { writeThrough } from "../../host/write_through.ts";
import { type FileRequest, type NewFile, NONE, OTHER, type WriterAnswer } from "./writer.ts";

/** Answers as `Hand` does, at once. Throws the system's error. */
export function carryOutRequest(order: FileRequest): WriterAnswer {
  switch (order.do) {
    case "make":
      make(order.file);
      return true;
    case "keep":
      return keep(order.path, order.inPlace);
    case "replace":
      replace(temporaryFile(order.path), order);
      return true;
    case "put-back":
      return putBack(order);
    case "remove":
      removeIfThere(order.path);
      return true;
    case "sync":
      syncDirectory(order.directory);
      return true;
  }
}

function make({ path, content, uid, gid, mode, createDirs }: NewFile): void {
  makeWay(path, createDirs);
  const owners = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
  const bytes = Buffer.from(content.data, content.encoding);
  writeNewFile(temporaryFile(path), bytes, { ...owners, mode });
}

/** Makes room for a target's temporary file. Throws the system's error. */
export function makeWay(path: string, createDirs: boolean): void {
  if (createDirs) makeDirectories(directoryOf(path));
  // Under the lock nobody else makes it: it is what an interrupted run left.
  removeIfThere(temporaryFile(path));
}

/** Makes what is missing, for everybody to enter, whatever the umask; none is there half closed. */
function makeDirectories(path: string): void {
  if (isThere(path)) return;
  makeDirectories(directoryOf(path));
  const temporary = temporaryFile(path);
  if (isThere(temporary)) fs.rmdirSync(temporary);
  fs.mkdirSync(temporary);
  fs.chmodSync(temporary, 0o755);
  fs.renameSync(temporary, path);
}

interface Replacement {
  readonly path: string;
  readonly inPlace: boolean;
  /** Which file it has to be that is put there. */
  readonly identity?: string;
}

/** A link is none that could be written through, and goes where it is as a link. */
function replace(from: string, { path, inPlace, identity }: Replacement): void {
  if (inPlace && isFile(path) && isFile(from)) writeThrough(from, path, identity);
  else fs.renameSync(from, path);
}

function isFile(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function putBack(order: Extract<FileRequest, { readonly do: "put-back" }>): WriterAnswer {
  if (!order.kept) removeIfThere(order.path);
  else {
    const answer = restore(order);
    if (answer !== true) return answer;
  }
  syncDirectory(directoryOf(order.path));
  return true;
}

function restore(order: Replacement): WriterAnswer {
  const { path, identity } = order;
  const from = replacedFile(path);
  const found = identityAt(from);
  // A run that was killed after it had renamed it has restored it already.
  if (identity !== undefined && found !== identity && identityAt(path) === identity) return true;
  if (found === undefined) return NONE;
  if (identity === undefined ? !isOfSameOwner(from, path) : found !== identity) return OTHER;
  replace(from, order);
  return true;
}

/** All that tells a kept file of an earlier version's record from one that another user put there. */
function isOfSameOwner(kept: string, path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.uid === fs.lstatSync(kept).uid;
}

/** Answers which file is kept. */
function keep(path: string, inPlace: boolean): string {
  const kept = replacedFile(path);
  removeIfThere(kept);
  if (!isThere(path)) return NONE;
  // A link to the file would be changed with it when it is written through.
  if (inPlace && isFile(path)) {
    requireWritable(path);
    copy(path, kept);
  } else linkOrCopy(path, kept);
  const identity = identityAt(kept);
  if (identity === undefined) throw new OtherFileError();
  return identity;
}

/** What cannot be opened, such as on a mount for reading only, is better known before all else. */
function requireWritable(path: string): void {
  fs.closeSync(openRegularFile(path, fs.constants.O_WRONLY));
}

/** File systems without hard links, and the kernel's protection of other users' files (proc(5)). */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

function linkOrCopy(path: string, kept: string): void {
  try {
    fs.linkSync(path, kept);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    copy(path, kept);
  }
}

/** Whoever it belongs to could have filled the disk, and the memory, with it. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Whole, or not at all; who may not give it its owner keeps it for himself. */
function copy(path: string, kept: string): void {
  const temporary = temporaryFile(kept);
  removeIfThere(temporary);
  if (fs.lstatSync(path).isSymbolicLink()) makeSymbolicLink(fs.readlinkSync(path), temporary);
  else copyFile(path, temporary);
  fs.renameSync(temporary, kept);
}

function copyFile(path: string, temporary: string): void {
  const file = openRegularFile(path, fs.constants.O_RDONLY);
  try {
    const { uid, gid, mode, size, atime, mtime } = fs.fstatSync(file);
    if (size > MAX_BYTES) {
      throw new Error("it is larger than 4 MiB, so it is not a certificate file");
    }
    const text = fs.readFileSync(file);
    try {
      writeNewFile(temporary, text, { uid, gid, mode: mode & 0o7777 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
      writeNewFile(temporary, text, { mode: mode & 0o700 });
    }
    fs.utimesSync(temporary, atime, mtime);
  } finally {
    fs.closeSync(file);
  }
}
