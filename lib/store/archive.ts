/** Moves revoked sets to the archive. */
import * as fs from "node:fs";
import { archivedDirectory, storedDirectory } from "./store_paths.ts";
import { directoryOf } from "../text/path.ts";
import { syncDirectory } from "../host/atomic_write.ts";
import { isThere } from "../host/read.ts";
import { finishSwitch } from "./write_set.ts";

/**
 * Moves a set to `archive/<name>/<serial>`, or to `<serial>-2` if that exists, by one rename. The
 * certificate then counts as missing. If the set is a symbolic link, only the link is removed.
 *
 * @returns Where the set is now. Throws the system's error; the set is then unchanged.
 */
export function archiveSet(certStore: string, name: string, serial: string): string {
  finishSwitch(certStore, name);
  const stored = storedDirectory(certStore, name);
  if (fs.lstatSync(stored).isSymbolicLink()) {
    const target = fs.realpathSync(stored);
    fs.unlinkSync(stored);
    syncDirectory(certStore);
    return target;
  }
  const archived = freeDirectory(archivedDirectory(certStore, name, serial));
  fs.mkdirSync(directoryOf(archived), { recursive: true, mode: 0o700 });
  fs.renameSync(stored, archived);
  syncDirectory(directoryOf(archived));
  syncDirectory(certStore);
  return archived;
}

/** A set that somebody restored from the archive may be archived again. */
function freeDirectory(wanted: string): string {
  let free = wanted;
  for (let number = 2; isThere(free); number++) {
    free = `${wanted}-${number}`;
  }
  return free;
}
