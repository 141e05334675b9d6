/** Moves sets of the store to where earlier ones are kept. */
import * as fs from "node:fs";
import { archivedDirectory, storedDirectory } from "./store_paths.ts";
import { directoryOf } from "../text/path.ts";
import { syncDirectory } from "../host/atomic_write.ts";
import { isThere } from "../host/is_there.ts";
import { finishSwitch } from "./write_set.ts";

/**
 * Moves a set to `archive/<name>/<serial>`, or `<serial>-2` where there is one, by one rename;
 * afterwards the certificate counts as missing. Where the set's name is a link, the link goes, and
 * what it leads to stays.
 *
 * @returns Where it lies now. Throws the system's error; then the set is where it was.
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

/** A set that was put back from there may be archived again. */
function freeDirectory(wanted: string): string {
  let free = wanted;
  for (let number = 2; isThere(free); number++) {
    free = `${wanted}-${number}`;
  }
  return free;
}
