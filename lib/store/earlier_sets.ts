/**
 * Earlier sets of a certificate, kept in the archive so that a person can restore one:
 * `archive/NAME/TIME`, with the time at which the set was written. Anything else there, such as a
 * revoked set, is left alone.
 */
import * as fs from "node:fs";
import { archivedDirectory } from "./store_paths.ts";
import { directoryOf } from "../text/path.ts";
import { PARTS } from "../certificate/types.ts";
import { removeIfThere, syncDirectory } from "../host/atomic_write.ts";
import { isThere } from "../host/read.ts";

/** `20260131T120000Z`, with a number if two sets were written in one second. */
const VERSION = /^(\d{8}T\d{6}Z)(?:-(\d+))?$/;

/** Moves an old set into the archive by one rename. Throws the system's error, or Error in plain words. */
export function keepSet(certStore: string, name: string, set: string): void {
  close(set);
  const directory = archiveOf(certStore, name);
  for (const path of [directoryOf(directory), directory]) makeDirectory(path);
  fs.renameSync(set, `${directory}/${nextVersion(directory, timeOf(set))}`);
  syncDirectory(directory);
}

/** Removes the oldest sets, so that `keep` remain. Throws the system's error. */
export function dropSurplus(certStore: string, name: string, keep: number): void {
  const directory = archiveOf(certStore, name);
  if (!fs.lstatSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  const versions = listVersions(directory).filter(({ name }) =>
    PARTS.some((part) => isThere(`${directory}/${name}/${part}.pem`))
  );
  for (const { name } of versions.slice(0, Math.max(0, versions.length - keep))) {
    for (const part of PARTS) removeIfThere(`${directory}/${name}/${part}.pem`);
    // A directory that contains other files stays.
    if (fs.readdirSync(`${directory}/${name}`).length === 0) fs.rmdirSync(`${directory}/${name}`);
  }
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
  const versions = fs.readdirSync(directory).flatMap((name) => {
    const [, time, number = "1"] = VERSION.exec(name) ?? [];
    return time === undefined ? [] : { name, time, number: Number(number) };
  });
  return versions.sort((a, b) =>
    a.time === b.time ? a.number - b.number : a.time < b.time ? -1 : 1
  );
}

/** After all others of the same second, including those that were removed since. */
function nextVersion(directory: string, time: string): string {
  const last = listVersions(directory).findLast((version) => version.time === time);
  return last === undefined ? time : `${time}-${last.number + 1}`;
}

/** When the set was written, in UTC. */
function timeOf(set: string): string {
  const certificate = fs.lstatSync(`${set}/cert.pem`, { throwIfNoEntry: false });
  const { mtime } = certificate ?? fs.lstatSync(set);
  return mtime.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** Restores the strict modes: somebody may have widened them while the set was in use. */
function close(set: string): void {
  fs.chmodSync(set, 0o700);
  for (const part of PARTS) {
    const path = `${set}/${part}.pem`;
    if (fs.lstatSync(path, { throwIfNoEntry: false })?.isFile()) fs.chmodSync(path, 0o600);
  }
}

function makeDirectory(path: string): void {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found !== undefined) throw new Error(`"${path}" is not a directory; move it away`);
  fs.mkdirSync(path, { mode: 0o700 });
  syncDirectory(directoryOf(path));
}
