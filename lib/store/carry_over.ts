/** Renames what builds before 0.1.0 left in a store. */
import * as fs from "node:fs";
import { isThere } from "../host/read.ts";
import { legacyPendingDirectory, pendingDirectory, pendingValidationFile } from "./store_paths.ts";

const LEGACY_VALIDATION = ".unjudged-";

/**
 * Returns whether there was anything. Needs the lock. Throws the system's error; the next run then
 * renames the rest.
 */
export function carryOver(certStore: string): boolean {
  const legacy = legacyPendingDirectory(certStore);
  if (!isThere(legacy)) return false;
  for (const name of fs.readdirSync(certStore)) {
    if (!name.startsWith(LEGACY_VALIDATION)) continue;
    const today = pendingValidationFile(certStore, name.slice(LEGACY_VALIDATION.length));
    fs.renameSync(`${certStore}/${name}`, today);
  }
  // Last, because while this directory exists the next run repeats an interrupted carry-over.
  const today = pendingDirectory(certStore);
  if (fs.lstatSync(today, { throwIfNoEntry: false })?.isDirectory()) {
    // An earlier version ran again after this one, so its records are newer.
    for (const name of fs.readdirSync(legacy)) {
      fs.renameSync(`${legacy}/${name}`, `${today}/${name}`);
    }
    fs.rmdirSync(legacy);
  } else fs.renameSync(legacy, today);
  return true;
}
