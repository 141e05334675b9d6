/**
 * Writes a set into the store, whole or not at all: the files are made in a staged directory and
 * synced; then the old directory steps aside and the staged one takes its name. Between those two
 * renames the name is absent, and both directories are there: whoever looks then (observe/store.ts)
 * takes the staged set, and the next run finishes the switch. Files are 0600, directories 0700.
 */
import * as fs from "node:fs";
import { errorCode } from "../text/error_code.ts";
import { plainCause } from "../text/plain_cause.ts";
import { retiredDirectory, stagedDirectory, storedDirectory } from "./store_paths.ts";
import { type Part, PARTS } from "../certificate/types.ts";
import { removeIfThere, syncDirectory, writeNewFile } from "../host/atomic_write.ts";
import { dropSurplus, keepSet } from "./earlier_sets.ts";
import { isThere } from "../host/is_there.ts";

/**
 * @param text Content of each file.
 * @param keep How many earlier sets stay in the archive.
 * @returns What could not be cleared away once the new set had taken its place; the next run does.
 *
 * Throws the system's error; the old set stands.
 */
export function writeStoredSet(
  certStore: string,
  name: string,
  text: (part: Part) => string,
  keep = 0,
): string | undefined {
  const staged = stagedDirectory(certStore, name);
  // One that could not be kept before must not keep the new set from taking its place.
  const lost = finishSwitch(certStore, name, keep);
  if (lost !== undefined) finishSwitch(certStore, name);
  try {
    fs.mkdirSync(staged, { mode: 0o700 });
    for (const part of PARTS) writeNewFile(`${staged}/${part}.pem`, text(part), { mode: 0o600 });
    keepOtherFiles(storedDirectory(certStore, name), staged);
    syncDirectory(staged);
    switchSets(certStore, name);
  } catch (error) {
    removeSet(staged);
    throw error;
  }
  try {
    syncDirectory(certStore);
    const unkept = finishSwitch(certStore, name, keep);
    dropSurplus(certStore, name, keep);
    return unkept;
  } catch (error) {
    return `Cannot clear the old set of "${storedDirectory(certStore, name)}" away: ` +
      `${plainCause(error)}; the new one has taken its place, and the next run clears up`;
  }
}

/** Bytes; more than any set takes, with a chain of many and RSA keys. */
const ROOM = 32 * 1024;

/**
 * Makes sure that a set can be written, before one is asked for that would then be lost. Throws the
 * system's error.
 */
export function requireRoom(certStore: string, name: string): void {
  const staged = stagedDirectory(certStore, name);
  if (isThere(staged)) return;
  try {
    fs.mkdirSync(staged, { mode: 0o700 });
    // No name of a set's file: whoever looks meanwhile sees none.
    fs.writeFileSync(`${staged}/room`, new Uint8Array(ROOM), { mode: 0o600, flag: "wx" });
  } finally {
    removeSet(staged);
  }
}

/**
 * Brings the store into order after an interrupted switch: a switch that had begun is completed, a
 * staged set that was not yet switched to is thrown away.
 *
 * @returns Why the old set could not be kept, where that was asked for: it stays where it is, until
 * the next set takes its place.
 */
export function finishSwitch(certStore: string, name: string, keep = 0): string | undefined {
  const current = storedDirectory(certStore, name);
  const staged = stagedDirectory(certStore, name);
  const retired = retiredDirectory(certStore, name);
  if (!isThere(staged) && !isThere(retired)) return undefined;
  if (!isThere(current) && isThere(retired)) {
    fs.renameSync(isThere(staged) ? staged : retired, current);
    syncDirectory(certStore);
  }
  if (isThere(staged)) removeSet(staged);
  const unkept = isThere(retired) ? clearRetired(certStore, name, keep) : undefined;
  syncDirectory(certStore);
  return unkept;
}

function switchSets(certStore: string, name: string): void {
  const current = storedDirectory(certStore, name);
  const retired = retiredDirectory(certStore, name);
  const replaces = isThere(current);
  if (replaces) fs.renameSync(current, retired);
  try {
    fs.renameSync(stagedDirectory(certStore, name), current);
  } catch (error) {
    if (replaces) fs.renameSync(retired, current);
    throw error;
  }
}

/** What somebody else put beside our files stays, in the old directory and in the new one. */
function keepOtherFiles(current: string, staged: string): void {
  if (!isThere(current)) return;
  for (const entry of fs.readdirSync(current, { withFileTypes: true })) {
    if (entry.isFile() && !isOurs(entry.name)) {
      tryLink(`${current}/${entry.name}`, `${staged}/${entry.name}`);
    }
  }
}

/** A kernel may forbid links to other users' files; then the file moves over after the switch. */
function tryLink(from: string, to: string): void {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    if (!["EPERM", "EXDEV", "EMLINK"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      throw error;
    }
  }
}

/** What is not ours and not yet over there moves over; the old set goes, or is kept in the archive. */
function clearRetired(certStore: string, name: string, keep: number): string | undefined {
  const retired = retiredDirectory(certStore, name);
  const current = storedDirectory(certStore, name);
  // The name was a link, and what it leads to is somebody else's.
  if (!fs.lstatSync(retired).isDirectory()) {
    removeIfThere(retired);
    return undefined;
  }
  for (const entry of fs.readdirSync(retired, { withFileTypes: true })) {
    const from = `${retired}/${entry.name}`;
    const to = `${current}/${entry.name}`;
    if (isOurs(entry.name)) {
      if (keep === 0) removeIfThere(from);
    } else if (isThere(to)) removeIfThere(from);
    else fs.renameSync(from, to);
  }
  if (keep > 0) return tryKeep(certStore, name, retired);
  fs.rmdirSync(retired);
  return undefined;
}

function tryKeep(certStore: string, name: string, retired: string): string | undefined {
  try {
    keepSet(certStore, name, retired);
    return undefined;
  } catch (error) {
    return `Cannot keep the earlier set "${retired}" in the archive: ${plainCause(error)}` +
      (errorCode(error) === "EXDEV"
        ? "; the archive has to be on the store's own file system"
        : "");
  }
}

/** Removes a staged directory; it holds nothing but files that we made or linked. */
function removeSet(directory: string): void {
  const found = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.isSymbolicLink()) return removeIfThere(directory);
  for (const entry of fs.readdirSync(directory)) removeIfThere(`${directory}/${entry}`);
  fs.rmdirSync(directory);
}

function isOurs(name: string): boolean {
  return PARTS.some((part) => name === `${part}.pem`);
}
