/**
 * Renames the directory of a set. On overlayfs a directory of a lower layer cannot be renamed: a copy of
 * the set replaces it first, as a new set does (write_set.ts), and the copy is renamed. If that is
 * interrupted, the set is whole under its name, or finishSwitch() makes it so.
 */
import * as fs from "node:fs";
import { errorCode } from "../text/plain_cause.ts";
import { PARTS } from "../certificate/types.ts";
import { syncDirectory } from "../host/sync.ts";
import { makeDirectory } from "../host/make_directories.ts";
import { isThere } from "../host/read.ts";
import { tryRename } from "../host/try_rename.ts";
import {
  committedDirectory,
  retiredDirectory,
  roomDirectory,
  storedDirectory,
} from "./store_paths.ts";
import { finishSwitch, removeSet } from "./write_set.ts";

/** Needs the lock and a store without an interrupted switch of the set. Throws the system's error. */
export function renameSet(certStore: string, name: string, to: string): void {
  const current = storedDirectory(certStore, name);
  try {
    fs.renameSync(current, to);
  } catch (error) {
    if (errorCode(error) !== "EXDEV" || !replaceByCopy(certStore, name)) throw error;
    fs.renameSync(current, to);
  }
}

/** Returns whether the set is in a lower layer; if not, nothing is changed. */
function replaceByCopy(certStore: string, name: string): boolean {
  const places = [storedDirectory, retiredDirectory, roomDirectory, committedDirectory] as const;
  const [current, retired, room, committed] = places.map((place) => place(certStore, name)) as [
    string,
    string,
    string,
    string,
  ];
  // While it is there, an interrupted copy is removed, and not taken for a received set (carry_over.ts).
  makeDirectory(retired, 0o700);
  try {
    makeDirectory(room, 0o700);
    for (const part of PARTS) {
      const file = `${current}/${part}.pem`;
      // A hard link keeps owner, mode and time. It makes the upper layer's copy first.
      if (isThere(file)) fs.linkSync(file, `${room}/${part}.pem`);
    }
    syncDirectory(room);
    if (tryRename(current, room) === "EXDEV") fs.renameSync(room, committed);
  } finally {
    removeSet(room);
    if (!isThere(committed)) fs.rmdirSync(retired);
  }
  const isLower = isThere(committed);
  finishSwitch(certStore, name);
  return isLower;
}
