/**
 * Markers of services that owe an action. A marker is synced to disk before the first file that
 * its service reads is renamed, and removed after the action succeeded: a run that ends between
 * the two leaves a debt, never a service with old files and nobody who knows.
 */
import * as fs from "node:fs";
import { plainCause } from "../config/plain_cause.ts";
import { markerFile, markerFolder, temporaryFile } from "../config/store_paths.ts";
import { removeIfThere, removeQuietly, syncFolder, writeNewFile } from "./atomic_write.ts";
import type { Emit } from "./events.ts";

/**
 * The time of the file is what counts; its text is for people.
 *
 * @returns Whether there was none before. Throws Error in plain words.
 */
export function writeMarker(certStore: string, unit: string, certificate: string): boolean {
  const path = markerFile(certStore, unit);
  const temporary = temporaryFile(path);
  const isNew = !fs.existsSync(path);
  try {
    fs.mkdirSync(markerFolder(certStore), { recursive: true, mode: 0o700 });
    removeIfThere(temporary);
    const text = `${unit} has to load the new files of ${certificate}\n`;
    writeNewFile(temporary, text, { mode: 0o600 });
    fs.renameSync(temporary, path);
    syncFolder(markerFolder(certStore));
    syncFolder(certStore);
  } catch (error) {
    for (const left of isNew ? [temporary, path] : [temporary]) removeQuietly(left);
    throw new Error(`Cannot write the marker "${path}": ${plainCause(error)}`, { cause: error });
  }
  return isNew;
}

/** The service owes nothing any more. */
export function removeMarker(certStore: string, unit: string): void {
  removeIfThere(markerFile(certStore, unit));
}

/** Removes a marker that is no debt; answers whether it is gone, and says so where it is not. */
export function dropMarker(certStore: string, unit: string, emit: Emit): boolean {
  try {
    removeMarker(certStore, unit);
    return true;
  } catch (error) {
    const message = `Cannot remove its marker: ${plainCause(error)}`;
    emit({ kind: "failed", step: "service", subject: unit, message });
    return false;
  }
}
