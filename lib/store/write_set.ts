/**
 * Writes a set into the store, whole or not at all. The files are created in a staged directory and
 * synced. Then the current directory is renamed to the retired name, and the staged one to the
 * current name. Between the two renames the current name is absent: a reader (read_set.ts) then takes
 * the staged set, and the next run finishes the switch. Files have mode 0600, directories 0700.
 */
import * as fs from "node:fs";
import { errorCode, plainCause } from "../text/plain_cause.ts";
import { retiredDirectory, stagedDirectory, storedDirectory } from "./store_paths.ts";
import { type Part, PARTS } from "../certificate/types.ts";
import { removeIfThere, syncDirectory, writeNewFile } from "../host/atomic_write.ts";
import { isThere } from "../host/read.ts";
import { dropSurplus, keepSet } from "./earlier_sets.ts";

/**
 * @param text Content of each file.
 * @param keep How many earlier sets stay in the archive.
 * @returns Which old set could not be removed or archived, if any; the next run tries again.
 *
 * Throws the system's error; the old set is then unchanged.
 */
export function writeStoredSet(
  certStore: string,
  name: string,
  text: (part: Part) => string,
  keep = 0,
): string | undefined {
  const staged = stagedDirectory(certStore, name);
  // An old set that cannot be archived is removed: the new set needs its place.
  const unkept = finishSwitch(certStore, name, keep);
  if (unkept !== undefined) finishSwitch(certStore, name);
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
    return `Cannot remove the old set of "${storedDirectory(certStore, name)}": ` +
      `${plainCause(error)}; the new set is in place, and the next run removes the old one`;
  }
}

/** Bytes; more than any set needs, even with a long chain and RSA keys. */
const ROOM = 32 * 1024;

/**
 * Checks that there is room for a set, so that no issued certificate is lost. Throws the system's
 * error.
 */
export function requireRoom(certStore: string, name: string): void {
  const staged = stagedDirectory(certStore, name);
  if (isThere(staged)) return;
  try {
    fs.mkdirSync(staged, { mode: 0o700 });
    // Not the name of a part, so a reader sees no certificate.
    fs.writeFileSync(`${staged}/room`, new Uint8Array(ROOM), { mode: 0o600, flag: "wx" });
  } finally {
    removeSet(staged);
  }
}

/**
 * Recovers from an interrupted switch: completes a switch that had begun, and removes a staged set
 * whose switch had not begun.
 *
 * @returns Why the old set could not be archived, if that failed; it stays until the next switch.
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

/** Links files of others into the new directory, so that they exist before and after the switch. */
function keepOtherFiles(current: string, staged: string): void {
  if (!isThere(current)) return;
  for (const entry of fs.readdirSync(current, { withFileTypes: true })) {
    if (entry.isFile() && !isOurs(entry.name)) {
      tryLink(`${current}/${entry.name}`, `${staged}/${entry.name}`);
    }
  }
}

/** The kernel may forbid hard links to other users' files; such a file is moved after the switch. */
function tryLink(from: string, to: string): void {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    if (!["EPERM", "EXDEV", "EMLINK"].includes(errorCode(error) ?? "")) throw error;
  }
}

/** Moves files of others that are not in the new set yet, then removes or archives the old set. */
function clearRetired(certStore: string, name: string, keep: number): string | undefined {
  const retired = retiredDirectory(certStore, name);
  const current = storedDirectory(certStore, name);
  // A symbolic link: what it leads to is not VCM's.
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
    const isElsewhere = errorCode(error) === "EXDEV";
    return `Cannot keep the earlier set "${retired}" in the archive: ${plainCause(error)}` +
      (isElsewhere ? "; the archive must be on the file system of the store" : "");
  }
}

/** Removes a staged directory, which holds only files that VCM created or linked. */
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
