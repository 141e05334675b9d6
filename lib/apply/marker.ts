/**
 * Markers of services that owe an action. A marker is synced to disk before the first file that
 * its service reads is renamed, and removed after the action succeeded: a run that ends between
 * the two leaves a debt, never a service with old files and nobody who knows.
 */
import * as fs from "node:fs";
import { markerFile, markerFolder } from "../config/store_paths.ts";
import { removeIfThere, syncFolder } from "./atomic_write.ts";

/**
 * The time of the file is what counts; its text is for people.
 *
 * @returns Whether there was none before.
 */
export function writeMarker(certStore: string, unit: string, certificate: string): boolean {
  const isNew = !fs.existsSync(markerFile(certStore, unit));
  fs.mkdirSync(markerFolder(certStore), { recursive: true, mode: 0o700 });
  const text = `${unit} has to load the new files of ${certificate}\n`;
  const file = fs.openSync(markerFile(certStore, unit), "w", 0o600);
  try {
    fs.writeSync(file, text);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  syncFolder(markerFolder(certStore));
  syncFolder(certStore);
  return isNew;
}

/** The service owes nothing any more. */
export function removeMarker(certStore: string, unit: string): void {
  removeIfThere(markerFile(certStore, unit));
}
