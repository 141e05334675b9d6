/**
 * What is done to a store right after it is locked: what builds before 0.1.0 left is renamed, and room
 * that an interrupted run made for new sets becomes staged sets.
 */
import * as fs from "node:fs";
import { moveEntry } from "../host/move_entry.ts";
import { isThere, listKnown, readText } from "../host/read.ts";
import {
  committedDirectory,
  legacyPendingDirectory,
  lockFile,
  nameOfRoom,
  pendingDirectory,
  pendingValidationFile,
  retiredDirectory,
  roomDirectory,
  stagedDirectory,
} from "./store_paths.ts";
import { nameOf } from "../text/path.ts";
import { errorCode } from "../text/plain_cause.ts";

const LEGACY_VALIDATION = ".unjudged-";

/**
 * Returns whether there was anything. Needs the lock. Throws the system's error; the next run then
 * renames the rest.
 */
export function carryOver(certStore: string): boolean {
  const legacy = legacyPendingDirectory(certStore);
  // A file of this name is not VCM's.
  if (!fs.lstatSync(legacy, { throwIfNoEntry: false })?.isDirectory()) return false;
  for (const name of listKnown(certStore, [nameOf(lockFile(certStore))])) {
    if (!name.startsWith(LEGACY_VALIDATION)) continue;
    const today = pendingValidationFile(certStore, name.slice(LEGACY_VALIDATION.length));
    fs.renameSync(`${certStore}/${name}`, today);
  }
  // Last, because while this directory exists the next run repeats an interrupted carry-over.
  const today = pendingDirectory(certStore);
  if (fs.lstatSync(today, { throwIfNoEntry: false })?.isDirectory()) {
    // An earlier version ran again after this one, so its records are newer.
    for (const name of fs.readdirSync(legacy)) {
      fs.renameSync(`${legacy}/${name}`, `${today}/${name}`);
    }
    fs.rmdirSync(legacy);
  } else renameOrMove(legacy, today);
  return true;
}

/** Overlayfs cannot rename a directory of a lower layer. */
function renameOrMove(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if (errorCode(error) !== "EXDEV") throw error;
    moveEntry(from, to);
  }
}

/**
 * An interrupted run may have received a set whole, or not at all. Throws the system's error if the
 * store cannot be listed. If the place for a set is not free, a run that needs it says why.
 */
export function stageRooms(certStore: string): void {
  const entries = listKnown(certStore, [nameOf(lockFile(certStore))]);
  try {
    for (const name of entries.flatMap((entry) => nameOfRoom(entry) ?? [])) {
      const room = roomDirectory(certStore, name);
      const others = [stagedDirectory, retiredDirectory, committedDirectory];
      if (!isWritten(room) || others.some((place) => isThere(place(certStore, name)))) {
        fs.rmSync(room, { recursive: true, force: true });
      } else fs.renameSync(room, stagedDirectory(certStore, name));
    }
  } catch {
    return;
  }
}

/**
 * Whether the files of a room have their content: cert.pem is written last. After a power cut the
 * others can be blank all the same. What cannot be read may be a key.
 */
function isWritten(room: string): boolean {
  return (["cert", "privkey", "ca"] as const).every((part) => {
    const text = readText(`${room}/${part}.pem`);
    return text.kind === "unreadable" || (text.kind === "present" && text.value.trim() !== "");
  });
}
