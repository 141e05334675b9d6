import * as fs from "node:fs";

/** Whether anything lies at a path: a file, a directory, a link to nowhere. Throws the system's error. */
export function isThere(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
