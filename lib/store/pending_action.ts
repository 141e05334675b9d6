/**
 * Markers of services that owe an action. A marker is synced to disk before the first file that
 * its service reads is renamed, and removed after the action succeeded: a run that ends between
 * the two leaves a debt, never a service with old files and nobody who knows.
 */
import * as fs from "node:fs";
import { plainCause } from "../text/plain_cause.ts";
import { pendingActionFile, pendingDirectory, temporaryFile } from "./store_paths.ts";
import {
  formatPendingAction,
  parsePendingAction,
  type PendingActionText,
  unitePendingActions,
} from "./pending_action_text.ts";
import { removeIfThere, removeQuietly, replaceFile, syncDirectory } from "../host/atomic_write.ts";
import type { Tell } from "./types.ts";

/**
 * Writes a marker, and adds to one that is there. The time of the file is what counts.
 *
 * @param until End of the certificate that the new files replace, where it is known.
 * @returns Whether there was none before. Throws Error in plain words.
 */
export function writePendingAction(
  certStore: string,
  service: string,
  certificate: string,
  until?: Date,
): boolean {
  const before = tryRead(certStore, service);
  const more = { certificates: [certificate], ...(until !== undefined && { until }) };
  write(certStore, service, before === undefined ? more : unitePendingActions(before, more), {
    isNew: before === undefined,
  });
  return before === undefined;
}

/** Adds to a marker, if there is one, why its service still owes an action; its time stays. */
export function noteFailure(certStore: string, service: string, failure: string): void {
  amend(certStore, service, (before) => ({ ...before, failure }));
}

function amend(
  certStore: string,
  service: string,
  change: (before: PendingActionText) => PendingActionText,
): void {
  try {
    const before = readPendingAction(certStore, service);
    if (before === undefined) return;
    const time = timeOf(certStore, service);
    write(certStore, service, change(before), { isNew: false, time });
  } catch {
    // The failure itself is said, and the marker stands.
    return;
  }
}

/**
 * Notes, before a service that is up is acted on, when that was: a run that is killed meanwhile may
 * leave it down. Makes a marker where there is none.
 *
 * @returns Whether there was none before.
 */
export function noteAction(
  certStore: string,
  service: string,
  certificates: readonly string[],
  actedAt: Date,
): boolean {
  try {
    const before = readPendingAction(certStore, service);
    const isNew = before === undefined;
    const time = isNew ? undefined : timeOf(certStore, service);
    const text = { certificates, ...before, actedAt };
    write(certStore, service, text, { isNew, ...(time !== undefined && { time }) });
    return isNew;
  } catch {
    // What cannot be noted keeps no service from its files.
    return false;
  }
}

/** Adds to a marker why its service's action failed and, where it was up before, when. */
export function noteFailedAction(
  certStore: string,
  service: string,
  failure: string,
  actedAt: Date | undefined,
): void {
  amend(certStore, service, ({ actedAt: _, ...before }) => ({
    ...before,
    failure,
    ...(actedAt !== undefined && { actedAt }),
  }));
}

/**
 * Hands a marker on to services that have taken the place of its own, with its time where theirs is
 * not later, and removes it. Throws Error in plain words.
 */
export function transferPendingAction(
  certStore: string,
  pendingAction: string,
  successors: readonly string[],
): void {
  const found = tryRead(certStore, pendingAction);
  if (found === undefined) return;
  // What became of the old one says nothing of the new ones.
  const { failure: _, actedAt: __, ...left } = found;
  const time = timeOf(certStore, pendingAction);
  for (const successor of successors) {
    const own = tryRead(certStore, successor);
    const isNew = own === undefined;
    const text = isNew ? left : unitePendingActions(own, left);
    const ownTime = isNew ? time : timeOf(certStore, successor);
    write(certStore, successor, text, { isNew, time: ownTime > time ? ownTime : time });
  }
  removePendingAction(certStore, pendingAction);
}

function timeOf(certStore: string, service: string): Date {
  return fs.statSync(pendingActionFile(certStore, service)).mtime;
}

function tryRead(certStore: string, service: string): PendingActionText | undefined {
  try {
    return readPendingAction(certStore, service);
  } catch (error) {
    const path = pendingActionFile(certStore, service);
    throw new Error(`Cannot write the marker "${path}": ${plainCause(error)}`, { cause: error });
  }
}

function readPendingAction(certStore: string, service: string): PendingActionText | undefined {
  const path = pendingActionFile(certStore, service);
  return fs.existsSync(path) ? parsePendingAction(fs.readFileSync(path, "utf8")) : undefined;
}

function write(
  certStore: string,
  service: string,
  text: PendingActionText,
  { isNew, time }: { readonly isNew: boolean; readonly time?: Date },
): void {
  const path = pendingActionFile(certStore, service);
  const how = { temporary: temporaryFile(path), mode: 0o600, ...(time !== undefined && { time }) };
  try {
    fs.mkdirSync(pendingDirectory(certStore), { recursive: true, mode: 0o700 });
    replaceFile(path, formatPendingAction(service, text), how);
    syncDirectory(certStore);
  } catch (error) {
    if (isNew) removeQuietly(path);
    throw new Error(`Cannot write the marker "${path}": ${plainCause(error)}`, { cause: error });
  }
}

/** The service owes nothing any more. Throws Error in plain words. */
export function removePendingAction(certStore: string, service: string): void {
  const path = pendingActionFile(certStore, service);
  try {
    removeIfThere(path);
  } catch (error) {
    throw new Error(`Cannot remove the marker "${path}": ${plainCause(error)}`, { cause: error });
  }
}

/** Removes a marker that is no debt; answers whether it is gone, and says so where it is not. */
export function dropPendingAction(certStore: string, service: string, tell: Tell): boolean {
  try {
    removePendingAction(certStore, service);
    return true;
  } catch (error) {
    const { message } = error as Error;
    tell({ kind: "failed", step: "service", subject: service, message });
    return false;
  }
}
