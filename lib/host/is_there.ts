import * as fs from "node:fs";

/** Whether there is anything at a path, such as a file, a directory or a dangling link. Throws the system's error. */
export function isThere(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
