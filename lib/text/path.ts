/** The parts of a path. Pure. */

/** The name at the end of an absolute path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether a directory is one of the kernel, or below one. */
export function isKernelDirectory(path: string): boolean {
  return /^\/(?:dev|proc|sys)(?:\/|$)/.test(path);
}

/** Whether a path is in a directory of the kernel: the runtime opens hardly any file there for VCM. */
export function isKernelPath(path: string): boolean {
  return /^\/(?:dev|proc|sys)\//.test(path);
}

/** The directory that contains an absolute path. */
export function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** A regular expression would try each slash of a long row in vain. */
export function withoutSlashesAtEnd(text: string): string {
  let end = text.length;
  while (text[end - 1] === "/") end--;
  return text.slice(0, end);
}
