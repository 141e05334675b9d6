/**
 * Sets of a certificate in the archive: `archive/NAME/TIME`, with the time at which the set was
 * written, for a person to restore one, and `archive/NAME/SERIAL` for a revoked one. Anything else
 * there is left alone.
 */
import * as fs from "node:fs";
import { archivedDirectory } from "./store_paths.ts";
import { directoryOf } from "../text/path.ts";
import { PARTS } from "../certificate/types.ts";
import { removeIfThere } from "../host/atomic_write.ts";
import { syncDirectory } from "../host/sync.ts";
import { listWhole } from "../host/list_whole.ts";
import { makeDirectory } from "../host/make_directories.ts";
import { isThere } from "../host/read.ts";

/** `20260131T120000Z`, with a number if two sets were written in one second. */
const VERSION = /^(\d{8}T\d{6}Z)(?:-(\d+))?$/;
/** `0a:1b:2c`, with a number if a set of that serial was in the archive already. */
const REVOKED = /^[0-9a-f]{2}(?::[0-9a-f]{2})*(?:-(\d+))?$/;

/** Whether this is the name of a set that was archived because its certificate was revoked. */
export function isOfSerial(name: string): boolean {
  return REVOKED.test(name);
}

/** Moves an old set into the archive by one rename. Throws the system's error, or Error in plain words. */
export function keepSet(certStore: string, name: string, set: string): void {
  closeSet(set);
  syncDirectory(directoryOf(moveSet(certStore, name, set)));
}

/** The same, not synced and with the modes that the set has. Returns where it is now. */
export function moveSet(
  certStore: string,
  name: string,
  set: string,
  rename = (to: string) => fs.renameSync(set, to),
): string {
  const directory = archiveOf(certStore, name);
  for (const path of [directoryOf(directory), directory]) ensureDirectory(path);
  const archived = `${directory}/${nextVersion(directory, timeOf(set))}`;
  rename(archived);
  return archived;
}

/** Removes the oldest sets, so that `keep` remain. Throws the system's error. */
export function dropSurplus(certStore: string, name: string, keep: number): void {
  const sets = archivedSets(certStore, name);
  for (const set of sets.slice(0, Math.max(0, sets.length - keep))) dropSet(set);
}

/** Removes an archived set. Throws the system's error. */
export function dropSet(set: string): void {
  for (const part of PARTS) removeIfThere(`${set}/${part}.pem`);
  // A directory that contains other files stays.
  if (fs.readdirSync(set).length === 0) fs.rmdirSync(set);
}

/** Paths of all archived sets of a certificate, the oldest first. Throws the system's error. */
export function archivedSets(certStore: string, name: string): readonly string[] {
  const directory = archiveOf(certStore, name);
  if (!fs.lstatSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return listVersions(directory).map(({ name }) => `${directory}/${name}`).filter(holdsPart);
}

/** No link is followed to a set. */
function holdsPart(set: string): boolean {
  return fs.lstatSync(set).isDirectory() && PARTS.some((part) => isThere(`${set}/${part}.pem`));
}

function archiveOf(certStore: string, name: string): string {
  return directoryOf(archivedDirectory(certStore, name, "any"));
}

interface Version {
  readonly name: string;
  readonly time: string;
  readonly number: number;
}

/** The oldest first. */
function listVersions(directory: string): readonly Version[] {
  const versions = listWhole(directory).flatMap((name) => {
    const [, time, number = "1"] = VERSION.exec(name) ?? [];
    if (time !== undefined) return { name, time, number: Number(number) };
    const revoked = REVOKED.exec(name);
    if (revoked === null) return [];
    return { name, time: timeOf(`${directory}/${name}`), number: Number(revoked[1] ?? "1") };
  });
  return versions.sort((a, b) =>
    a.time === b.time ? a.number - b.number : a.time < b.time ? -1 : 1
  );
}

/** After all others of the same second, including those that were removed since. */
function nextVersion(directory: string, time: string): string {
  const last = listVersions(directory).findLast(({ name }) => VERSION.exec(name)?.[1] === time);
  return last === undefined ? time : `${time}-${last.number + 1}`;
}

/** When the set was written, in UTC. */
function timeOf(set: string): string {
  const certificate = fs.lstatSync(`${set}/cert.pem`, { throwIfNoEntry: false });
  const { mtime } = certificate ?? fs.lstatSync(set);
  return mtime.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** Restores the strict modes: another program may have widened them while the set was in use. */
export function closeSet(set: string): void {
  fs.chmodSync(set, 0o700);
  for (const part of PARTS) {
    const path = `${set}/${part}.pem`;
    if (fs.lstatSync(path, { throwIfNoEntry: false })?.isFile()) fs.chmodSync(path, 0o600);
  }
}

function ensureDirectory(path: string): void {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found !== undefined) throw new Error(`"${path}" is not a directory; move it away`);
  makeDirectory(path, 0o700);
  syncDirectory(directoryOf(path));
}
