import * as fs from "node:fs";
import { errorCode } from "../text/plain_cause.ts";
import { directoryOf } from "../text/path.ts";
import { syncDirectory } from "./sync.ts";

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

/**
 * Creates a directory with mode 0755, whatever the umask, by way of a temporary name, so that it never
 * exists with another mode. Throws the system's error.
 */
export function makeOpenDirectory(path: string, temporary: string): void {
  if (fs.lstatSync(temporary, { throwIfNoEntry: false })) fs.rmdirSync(temporary);
  // It inherits the set-group-ID bit of its parent. Without CAP_FSETID, or under RestrictSUIDSGID of
  // systemd, no chmod could give that back, so the umask is changed for this one call.
  const umask = Deno.umask(0o022);
  try {
    fs.mkdirSync(temporary, { mode: 0o755 });
  } finally {
    Deno.umask(umask);
  }
  const { mode } = fs.statSync(temporary);
  // A default ACL of the parent takes the place of the umask. With the bit, its mode stays.
  if ((mode & 0o2000) === 0 && (mode & 0o777) !== 0o755) fs.chmodSync(temporary, 0o755);
  fs.renameSync(temporary, path);
  trySyncDirectory(directoryOf(path));
}
