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
 * The time of the file is what counts. Its text is for people, but for two lines: `until:` tells
 * when what the service has loaded expires, `failed:` why the last run could not make it load more.
 *
 * @param until End of the certificate that the new files replace, where it is known; an earlier one
 * that the marker has already stays.
 * @returns Whether there was none before. Throws Error in plain words.
 */
export function writeMarker(
  certStore: string,
  service: string,
  certificate: string,
  until?: Date,
): boolean {
  const before = tryRead(certStore, service);
  const end = before === undefined ? until : earlier(until, valueOf(before, "until"));
  const text = [
    `${service} has to load the new files of ${certificate}`,
    ...(end === undefined ? [] : [`until: ${end.toISOString()}`]),
  ];
  write(certStore, service, text, before === undefined);
  return before === undefined;
}

/** Adds to a marker, if there is one, why its service still owes an action; its time stays. */
export function noteFailure(certStore: string, service: string, message: string): void {
  try {
    const lines = readLines(markerFile(certStore, service));
    if (lines === undefined) return;
    const kept = lines.filter((line) => line !== "" && !line.startsWith("failed: "));
    const { mtime } = fs.statSync(markerFile(certStore, service));
    const text = [...kept, `failed: ${message.replace(/\s+/g, " ")}`];
    write(certStore, service, text, false, mtime);
  } catch {
    // The failure itself is said, and the marker stands.
    return;
  }
}

/** Where one of them is not known, it is not known. */
function earlier(until: Date | undefined, text = ""): Date | undefined {
  const before = Date.parse(text);
  if (until === undefined || Number.isNaN(before)) return undefined;
  return new Date(Math.min(until.getTime(), before));
}

function tryRead(certStore: string, service: string): string[] | undefined {
  const path = markerFile(certStore, service);
  try {
    return readLines(path);
  } catch (error) {
    throw new Error(`Cannot write the marker "${path}": ${plainCause(error)}`, { cause: error });
  }
}

function readLines(path: string): string[] | undefined {
  if (!fs.existsSync(path)) return undefined;
  return fs.readFileSync(path, "utf8").split("\n");
}

function valueOf(lines: readonly string[], key: string): string | undefined {
  return lines.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2);
}

function write(
  certStore: string,
  service: string,
  lines: readonly string[],
  isNew: boolean,
  time?: Date,
): void {
  const path = markerFile(certStore, service);
  const temporary = temporaryFile(path);
  try {
    fs.mkdirSync(markerFolder(certStore), { recursive: true, mode: 0o700 });
    removeIfThere(temporary);
    writeNewFile(temporary, `${lines.join("\n")}\n`, { mode: 0o600 });
    if (time !== undefined) fs.utimesSync(temporary, time, time);
    fs.renameSync(temporary, path);
    syncFolder(markerFolder(certStore));
    syncFolder(certStore);
  } catch (error) {
    for (const left of isNew ? [temporary, path] : [temporary]) removeQuietly(left);
    throw new Error(`Cannot write the marker "${path}": ${plainCause(error)}`, { cause: error });
  }
}

/** The service owes nothing any more. */
export function removeMarker(certStore: string, service: string): void {
  removeIfThere(markerFile(certStore, service));
}

/** Removes a marker that is no debt; answers whether it is gone, and says so where it is not. */
export function dropMarker(certStore: string, service: string, emit: Emit): boolean {
  try {
    removeMarker(certStore, service);
    return true;
  } catch (error) {
    const message = `Cannot remove its marker: ${plainCause(error)}`;
    emit({ kind: "failed", step: "service", subject: service, message });
    return false;
  }
}
