/**
 * Writes a set into the store, whole or not at all. reserve_set.ts makes the staged directory. Then
 * the current directory is renamed to the retired name, and the staged one to the current name.
 * Between the two renames the current name is absent: a reader (read_set.ts) then takes the staged
 * set, and the next run finishes the switch. Files have mode 0600, directories 0700.
 *
 * On overlayfs a directory of a lower layer cannot be renamed. Then the staged directory is renamed to
 * the committed name, which counts from then on. The old files move to the retired directory one by
 * one, and the committed directory is renamed over the empty current one.
 */
import * as fs from "node:fs";
import { errorCode, plainCause } from "../text/plain_cause.ts";
import {
  committedDirectory,
  retiredDirectory,
  stagedDirectory,
  storedDirectory,
} from "./store_paths.ts";
import { PARTS } from "../certificate/types.ts";
import { removeIfThere } from "../host/atomic_write.ts";
import { moveEntry } from "../host/move_entry.ts";
import { isThere, listKnown } from "../host/read.ts";
import { syncDirectory, syncShared } from "../host/sync.ts";
import { dropSurplus, keepSet } from "./earlier_sets.ts";

/**
 * Replaces the current set by the staged one.
 *
 * @param keep How many earlier sets stay in the archive.
 * @returns Which old set could not be removed or archived, if any; the next run tries again.
 *
 * Throws the system's error; the old set or the staged one then counts, and the staged one stays.
 */
export async function storeStagedSet(
  certStore: string,
  name: string,
  keep = 0,
): Promise<string | undefined> {
  const staged = stagedDirectory(certStore, name);
  const replaces = isThere(storedDirectory(certStore, name));
  if (replaces && keepOtherFiles(storedDirectory(certStore, name), staged)) syncDirectory(staged);
  switchSets(certStore, name, replaces);
  try {
    // Before the old set is removed.
    await syncShared(certStore);
    const unkept = clearRetired(certStore, name, keep);
    dropSurplus(certStore, name, keep);
    return unkept;
  } catch (error) {
    return `Cannot remove the old set of "${storedDirectory(certStore, name)}": ` +
      `${plainCause(error)}; the new set is in place, and the next run removes the old one`;
  }
}

/**
 * Recovers from an interrupted switch: completes a switch that had begun, and removes a staged set
 * whose switch had not begun.
 *
 * @returns Why the old set could not be archived, if that failed; it stays until the next switch.
 */
export function finishSwitch(certStore: string, name: string, keep = 0): string | undefined {
  const [current, staged, retired] = placesOf(certStore, name);
  const committed = committedDirectory(certStore, name);
  if (![staged, retired, committed].some(isThere)) return undefined;
  if (isThere(committed)) replaceEmptied(certStore, name);
  if (!isThere(current) && isThere(retired)) {
    fs.renameSync(isThere(staged) ? staged : retired, current);
    syncDirectory(certStore);
  }
  removeSet(staged);
  const unkept = clearRetired(certStore, name, keep);
  syncDirectory(certStore);
  return unkept;
}

function placesOf(certStore: string, name: string): [string, string, string] {
  const places = [storedDirectory, stagedDirectory, retiredDirectory] as const;
  return places.map((place) => place(certStore, name)) as [string, string, string];
}

function switchSets(certStore: string, name: string, replaces: boolean): void {
  const [current, staged, retired] = placesOf(certStore, name);
  try {
    if (replaces) fs.renameSync(current, retired);
  } catch (error) {
    if (errorCode(error) !== "EXDEV") throw error;
    fs.renameSync(staged, committedDirectory(certStore, name));
    syncDirectory(certStore);
    return replaceEmptied(certStore, name);
  }
  try {
    fs.renameSync(staged, current);
  } catch (error) {
    if (replaces) fs.renameSync(retired, current);
    throw error;
  }
}

/** Can be repeated after an interruption. The key goes first, so that no reader finds half a set usable. */
function replaceEmptied(certStore: string, name: string): void {
  const [current, , retired] = placesOf(certStore, name);
  const committed = committedDirectory(certStore, name);
  if (isThere(current)) {
    if (!isThere(retired)) fs.mkdirSync(retired, { mode: 0o700 });
    for (const part of PARTS.toSorted((one) => one === "privkey" ? -1 : 0)) {
      const file = `${current}/${part}.pem`;
      if (isThere(file)) fs.renameSync(file, `${retired}/${part}.pem`);
    }
    for (const entry of fs.readdirSync(current)) {
      moveEntry(`${current}/${entry}`, `${committed}/${entry}`);
    }
    for (const directory of [committed, retired]) syncDirectory(directory);
  }
  fs.renameSync(committed, current);
  syncDirectory(certStore);
}

/**
 * Links files of others into the new directory, so that they exist before and after the switch.
 * Returns whether there are any.
 */
function keepOtherFiles(current: string, staged: string): boolean {
  const others = listKnown(current, FILES).filter((name) => !FILES.includes(name));
  for (const name of others) {
    if (fs.lstatSync(`${current}/${name}`).isFile()) {
      tryLink(`${current}/${name}`, `${staged}/${name}`);
    }
  }
  return others.length > 0;
}

/** The kernel may forbid hard links to other users' files; such a file is moved after the switch. */
function tryLink(from: string, to: string): void {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    // "EEXIST": an earlier run linked it.
    if (!["EPERM", "EXDEV", "EMLINK", "EEXIST"].includes(errorCode(error) ?? "")) throw error;
  }
}

/** Moves files of others that are not in the new set yet, then removes or archives the old set. */
function clearRetired(certStore: string, name: string, keep: number): string | undefined {
  const retired = retiredDirectory(certStore, name);
  const current = storedDirectory(certStore, name);
  const found = fs.lstatSync(retired, { throwIfNoEntry: false });
  // What a symbolic link leads to is not VCM's.
  if (found !== undefined && !found.isDirectory()) removeIfThere(retired);
  if (!found?.isDirectory()) return undefined;
  // The key goes first: a set without it is one whose removal was interrupted.
  const keeps = keep > 0 && isThere(`${retired}/privkey.pem`);
  for (const name of listKnown(retired, FILES).sort((one) => one === "privkey.pem" ? -1 : 0)) {
    const from = `${retired}/${name}`;
    const to = `${current}/${name}`;
    if (FILES.includes(name)) {
      if (!keeps) removeIfThere(from);
    } else if (isThere(to)) removeIfThere(from);
    else fs.renameSync(from, to);
  }
  if (keeps) return tryKeep(certStore, name, retired);
  fs.rmdirSync(retired);
  return undefined;
}

function tryKeep(certStore: string, name: string, retired: string): string | undefined {
  try {
    keepSet(certStore, name, retired);
    return undefined;
  } catch (error) {
    const isElsewhere = errorCode(error) === "EXDEV";
    return `Cannot keep the earlier set "${retired}" in the archive: ${plainCause(error)}` +
      (isElsewhere ? "; the archive must be on the file system of the store" : "");
  }
}

/** Removes a staged directory, which holds only files that VCM created or linked. */
export function removeSet(directory: string): void {
  const found = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.isSymbolicLink()) return removeIfThere(directory);
  for (const entry of fs.readdirSync(directory)) removeIfThere(`${directory}/${entry}`);
  fs.rmdirSync(directory);
}

/** Those of VCM. */
const FILES = PARTS.map((part) => `${part}.pem`);
