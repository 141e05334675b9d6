/** Errors of the system by their codes, which is all that a process of another user can tell of them. */
import { OtherFileError } from "../../host/file_identity.ts";

/** The system's own words for errors of file operations. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "device or resource busy",
  EDQUOT: "disk quota exceeded",
  EEXIST: "file exists",
  EFBIG: "file too large",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
  EMFILE: "too many open files",
  EMLINK: "too many links",
  ENAMETOOLONG: "file name too long",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  EOTHERFILE: new OtherFileError().message,
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
  EXDEV: "invalid cross-device link",
};

/** An error that another process reported; its code may be anything. */
export function reportedError(code: unknown, details: string): Error {
  if (typeof code !== "string" || !Object.hasOwn(WORDS, code)) {
    return new Error(`unknown error ${details}`);
  }
  return Object.assign(new Error(`${WORDS[code]} ${details}`), { code });
}
