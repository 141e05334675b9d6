/**
 * Carries out requests as the user who runs this process.
 *
 * Not guaranteed: if another user can replace a directory, it may be another one at the next call. The
 * runtime has no file-system calls relative to an open directory; plan/choose_writer.ts decides which
 * user writes where.
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { errorCode } from "../../text/plain_cause.ts";
import { directoryOf } from "../../text/path.ts";
import { replacedFile, temporaryFile } from "../../store/store_paths.ts";
import { removeIfThere, writeNewFile } from "../../host/atomic_write.ts";
import {
  identityAt,
  isSameFile,
  openRegularFile,
  OtherFileError,
} from "../../host/file_identity.ts";
import { makeOpenDirectory } from "../../host/make_directories.ts";
import { isThere } from "../../host/read.ts";
import { rewriteFile } from "../../host/rewrite_file.ts";
import { syncDirectory, syncShared } from "../../host/sync.ts";
import { writeThrough } from "../../host/write_through.ts";
import { type FileRequest, NONE, OTHER, type WriterAnswer } from "./writer.ts";

/** Copies the symbolic link at a target to the temporary name of its kept file. */
type CopyLink = (path: string) => Promise<void>;

/**
 * A `Writer`. Throws the system's error.
 *
 * @param copyLink Absent: not permitted, because it takes a program.
 */
export async function carryOutRequest(
  request: FileRequest,
  copyLink: CopyLink = refuse,
): Promise<WriterAnswer> {
  switch (request.do) {
    case "make": {
      const { path, content, uid, gid, mode, createDirs } = request.file;
      if (createDirs) makeDirectories(directoryOf(path));
      const bytes = Buffer.from(content.data, content.encoding);
      await rewriteFile(temporaryFile(path), bytes, { uid, gid, mode });
      return true;
    }
    case "keep":
      return await keep(request.path, request.inPlace, copyLink);
    case "replace":
      replace(temporaryFile(request.path), request);
      return true;
    case "restore":
      return restore(request);
    case "remove":
      removeIfThere(request.path);
      return true;
    case "sync":
      await syncShared(request.directory);
      return true;
  }
}

function refuse(): Promise<void> {
  return Promise.reject(Object.assign(new Error("Cannot copy a link"), { code: "EPERM" }));
}

/** Creates the directories above a target, and removes an old temporary file. Throws the system's error. */
export function makeRoom(path: string, createDirs: boolean): void {
  if (createDirs) makeDirectories(directoryOf(path));
  // The lock is held, so it can only be left by an interrupted run.
  removeIfThere(temporaryFile(path));
}

/** Creates missing directories with mode 0755, whatever the umask; none exists with another mode. */
function makeDirectories(path: string): void {
  if (isThere(path)) return;
  makeDirectories(directoryOf(path));
  makeOpenDirectory(path, temporaryFile(path));
}

interface Replacement {
  readonly path: string;
  readonly inPlace: boolean;
  /** Identity that the new file must have. */
  readonly identity?: string | undefined;
}

/** Only regular files can be written in place. A symbolic link is renamed. */
function replace(from: string, { path, inPlace, identity }: Replacement): void {
  if (inPlace && isFile(path) && isFile(from)) writeThrough(from, path, identity);
  else fs.renameSync(from, path);
}

function isFile(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function restore(request: Extract<FileRequest, { readonly do: "restore" }>): WriterAnswer {
  if (!request.kept) removeIfThere(request.path);
  else {
    const answer = restoreKept(request);
    if (answer !== true) return answer;
  }
  syncDirectory(directoryOf(request.path));
  return true;
}

function restoreKept(replacement: Replacement): WriterAnswer {
  const { path, identity } = replacement;
  const from = replacedFile(path);
  const found = identityAt(from);
  // An interrupted run has already restored it.
  const isKept = identity !== undefined && isSameFile(identity, found);
  if (identity !== undefined && !isKept && isSameFile(identity, identityAt(path))) return true;
  if (found === undefined) return NONE;
  if (identity === undefined ? !isOfSameOwner(from, path) : !isKept) return OTHER;
  replace(from, replacement);
  return true;
}

/** For the record of an earlier version, the owner is all that tells the kept file from a foreign one. */
function isOfSameOwner(kept: string, path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.uid === fs.lstatSync(kept).uid;
}

/** Returns the identity of the kept file, or `NONE`. */
async function keep(path: string, inPlace: boolean | "acl", copyLink: CopyLink): Promise<string> {
  const kept = replacedFile(path);
  removeIfThere(kept);
  if (!isThere(path)) return NONE;
  // A hard link would change together with the file.
  if (inPlace && isFile(path)) {
    // Fails early if the target cannot be opened for writing, for example on a read-only mount.
    fs.closeSync(openRegularFile(path, fs.constants.O_WRONLY));
    await copy(path, kept, copyLink, inPlace === "acl" ? 0o7700 : undefined);
    syncDirectory(directoryOf(kept));
  } else await linkOrCopy(path, kept, copyLink);
  const identity = identityAt(kept);
  if (identity === undefined) throw new OtherFileError();
  return identity;
}

/** Codes of file systems without hard links, and of the kernel's protection of hard links (proc(5)). */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

async function linkOrCopy(path: string, kept: string, copyLink: CopyLink): Promise<void> {
  try {
    fs.linkSync(path, kept);
  } catch (error) {
    if (!NO_LINKS.has(errorCode(error) ?? "")) throw error;
    await copy(path, kept, copyLink);
  }
}

/** The file's owner could have made it large enough to fill the disk and the memory. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Copies by way of a temporary file. A user who cannot give the copy its owner keeps it. */
async function copy(path: string, kept: string, copyLink: CopyLink, bits = 0o7777) {
  const temporary = temporaryFile(kept);
  removeIfThere(temporary);
  if (fs.lstatSync(path).isSymbolicLink()) await copyLink(path);
  else await copyFile(path, temporary, bits);
  fs.renameSync(temporary, kept);
}

async function copyFile(path: string, temporary: string, bits: number): Promise<void> {
  const file = openRegularFile(path, fs.constants.O_RDONLY);
  try {
    const { uid, gid, mode, size, atime, mtime } = fs.fstatSync(file);
    if (size > MAX_BYTES) {
      throw new Error("it is larger than 4 MiB, so it is not a certificate file");
    }
    const text = fs.readFileSync(file);
    try {
      await writeNewFile(temporary, text, { uid, gid, mode: mode & bits });
    } catch (error) {
      if (errorCode(error) !== "EPERM") throw error;
      await writeNewFile(temporary, text, { mode: mode & 0o700 });
    }
    fs.utimesSync(temporary, atime, mtime);
  } finally {
    fs.closeSync(file);
  }
}
