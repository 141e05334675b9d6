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
  EHOSTDOWN: "host is down",
  EKEYEXPIRED: "key has expired",
  EKEYREJECTED: "key was rejected by service",
  EKEYREVOKED: "key has been revoked",
  ELOOP: "too many levels of symbolic links",
  EMEDIUMTYPE: "wrong medium type",
  EMFILE: "too many open files",
  EMLINK: "too many links",
  ENAMETOOLONG: "file name too long",
  ENFILE: "too many open files in system",
  ENODEV: "no such device",
  ENOENT: "no such file or directory",
  ENOKEY: "required key not available",
  ENOLCK: "no locks available",
  ENOMEDIUM: "no medium found",
  ENOMEM: "cannot allocate memory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  ENOTSUP: "operation not supported",
  ENXIO: "no such device or address",
  EPERM: "operation not permitted",
  EREMOTEIO: "remote I/O error",
  EROFS: "read-only file system",
  ESHUTDOWN: "cannot send after transport endpoint shutdown",
  ESTALE: "stale file handle",
  ETIMEDOUT: "connection timed out",
  ETXTBSY: "text file busy",
  EUCLEAN: "structure needs cleaning",
  EXDEV: "invalid cross-device link",
};

/** The system's own words for an error code, which may be anything. */
export function errorWords(code: unknown): string | undefined {
  return typeof code === "string" && Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
}

/** Whether a text is the system's words for an error, and nothing else. */
export function isErrorWords(text: string): boolean {
  return Object.values(WORDS).includes(text);
}

/** Linux's numbers of codes that the runtime does not know (errno(3)). */
const CODES: Readonly<Record<number, string>> = {
  6: "ENXIO",
  19: "ENODEV",
  23: "ENFILE",
  37: "ENOLCK",
  108: "ESHUTDOWN",
  112: "EHOSTDOWN",
  116: "ESTALE",
  117: "EUCLEAN",
  121: "EREMOTEIO",
  122: "EDQUOT",
  123: "ENOMEDIUM",
  124: "EMEDIUMTYPE",
  126: "ENOKEY",
  127: "EKEYEXPIRED",
  128: "EKEYREVOKED",
  129: "EKEYREJECTED",
};

export function codeOfNumber(number: number | undefined): string | undefined {
  return number === undefined ? undefined : CODES[number];
}

/** The words for an error that the runtime cannot name. */
export function wordsOfNumber(number: number | undefined): string {
  return errorWords(codeOfNumber(number)) ??
    `the system's error ${number ?? "without a number"}; see errno(3)`;
}
