/** Moves sets that are no longer used out of the store: revoked and orphaned ones. */
import * as fs from "node:fs";
import { parseCertificate } from "../certificate/certificate.ts";
import { archivedDirectory, storedDirectory, storedFile } from "./store_paths.ts";
import { directoryOf } from "../text/path.ts";
import { syncDirectory } from "../host/sync.ts";
import { makeDirectories } from "../host/make_directories.ts";
import { isThere, readText } from "../host/read.ts";
import { plainCause } from "../text/plain_cause.ts";
import { closeSet, moveSet } from "./earlier_sets.ts";
import { renameSet } from "./rename_set.ts";
import { finishSwitch } from "./write_set.ts";

/**
 * Moves the set of a certificate out of the store, if it is still there.
 *
 * @returns Where its files are, if known. Throws the system's error, or Error in plain words.
 */
export function archiveRevoked(
  certStore: string,
  name: string,
  serial: string,
): string | undefined {
  finishSwitch(certStore, name);
  if (storedSerial(certStore, name) === serial) return archiveSet(certStore, name, serial);
  const archived = archivedDirectory(certStore, name, serial);
  return isThere(archived) ? archived : undefined;
}

/** Undefined if there is no certificate. Throws Error in plain words if that cannot be told. */
function storedSerial(certStore: string, name: string): string | undefined {
  const stored = readText(storedFile(certStore, name, "cert"));
  if (stored.kind === "unreadable") throw new Error(stored.problem);
  try {
    return stored.kind === "present" ? parseCertificate(stored.value).serial : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Moves a set to `archive/<name>/<serial>`, or to `<serial>-2` if that exists, by one rename. The
 * certificate then counts as missing. If the set is a symbolic link, only the link is removed.
 *
 * @returns Where the set is now. Throws the system's error; the set is then unchanged.
 */
export function archiveSet(certStore: string, name: string, serial: string): string {
  finishSwitch(certStore, name);
  const stored = storedDirectory(certStore, name);
  const target = removeLink(certStore, stored);
  if (target !== undefined) return target;
  const archived = freeDirectory(archivedDirectory(certStore, name, serial));
  makeDirectories(directoryOf(archived), 0o700);
  renameSet(certStore, name, archived);
  syncDirectory(directoryOf(archived));
  syncDirectory(certStore);
  return archived;
}

/**
 * Moves a set to `archive/<name>/<time>`, as `keep` does with an earlier one, by one rename. Of an
 * interrupted switch the old set is kept, too. If the set is a symbolic link, only the link is removed.
 *
 * Throws the system's error, or Error in plain words; the set is then in the store.
 */
export function archiveOrphan(certStore: string, name: string): ArchivedSet {
  const unkept = finishSwitch(certStore, name, 1);
  if (unkept !== undefined) throw new Error(unkept);
  const stored = storedDirectory(certStore, name);
  const target = removeLink(certStore, stored);
  if (target !== undefined) return { path: target };
  const path = moveSet(certStore, name, stored, (to) => renameSet(certStore, name, to));
  const sync = attempt("sync the store", () => {
    syncDirectory(directoryOf(path));
    syncDirectory(certStore);
  });
  return { path, problem: attempt("restore its strict modes", () => closeSet(path)) ?? sync };
}

export interface ArchivedSet {
  readonly path: string;
  /** What failed after the set was moved. */
  readonly problem?: string | undefined;
}

function attempt(what: string, act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return `VCM cannot ${what}: ${plainCause(error)}`;
  }
}

/** What the link led to. Undefined: it is no link. */
function removeLink(certStore: string, path: string): string | undefined {
  if (!fs.lstatSync(path).isSymbolicLink()) return undefined;
  const target = fs.realpathSync(path);
  fs.unlinkSync(path);
  syncDirectory(certStore);
  return target;
}

/** A set that was restored from the archive may be archived again. */
function freeDirectory(wanted: string): string {
  let free = wanted;
  for (let number = 2; isThere(free); number++) {
    free = `${wanted}-${number}`;
  }
  return free;
}
