import * as fs from "node:fs";
import { errorCode } from "../text/plain_cause.ts";
import { directoryOf } from "../text/path.ts";
import { syncDirectory } from "./atomic_write.ts";

/** Creates a directory with this mode, whatever the umask. Throws the system's error, also if it exists. */
export function makeDirectory(path: string, mode: number): void {
  fs.mkdirSync(path, { mode });
  fs.chmodSync(path, mode);
}

/** Creates missing directories, each synced into the one above it. Throws the system's error. */
export function makeDirectories(path: string, mode: number): void {
  if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = directoryOf(path);
  makeDirectories(parent, mode);
  // Another process may have created it.
  fs.mkdirSync(path, { recursive: true, mode });
  fs.chmodSync(path, mode);
  trySyncDirectory(parent);
}

/** As `syncDirectory()`, but not of a directory that this user may not read. */
export function trySyncDirectory(path: string): void {
  try {
    syncDirectory(path);
  } catch (error) {
    if (errorCode(error) !== "EACCES") throw error;
  }
}
