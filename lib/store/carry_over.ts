/** Gives what builds before 0.1.0 left in a store the names of today. */
import * as fs from "node:fs";
import { legacyPendingDirectory, pendingDirectory, pendingValidationFile } from "./store_paths.ts";

const LEGACY_VALIDATION = ".unjudged-";

/** Under the lock; answers whether there was anything. Throws the system's error; what was not renamed by then is renamed next time. */
export function carryOver(certStore: string): boolean {
  const legacy = legacyPendingDirectory(certStore);
  if (fs.lstatSync(legacy, { throwIfNoEntry: false }) === undefined) return false;
  for (const name of fs.readdirSync(certStore)) {
    if (!name.startsWith(LEGACY_VALIDATION)) continue;
    const today = pendingValidationFile(certStore, name.slice(LEGACY_VALIDATION.length));
    fs.renameSync(`${certStore}/${name}`, today);
  }
  // Last: as long as it is there, a run that was killed in between is finished by the next one.
  const today = pendingDirectory(certStore);
  if (fs.lstatSync(today, { throwIfNoEntry: false })?.isDirectory()) {
    // An earlier version ran again after this one. Its records are the newer ones.
    for (const name of fs.readdirSync(legacy)) {
      fs.renameSync(`${legacy}/${name}`, `${today}/${name}`);
    }
    fs.rmdirSync(legacy);
  } else fs.renameSync(legacy, today);
  return true;
}
