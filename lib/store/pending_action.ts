/**
 * Pending actions of services. A record is synced to disk before the first file of its service is
 * renamed, and removed after the action succeeded. A run that ends in between leaves the record, so
 * the next run knows that the service still uses its old files.
 */
import * as fs from "node:fs";
import { removeIfThere, removeQuietly, writeNewFile } from "../host/atomic_write.ts";
import { makeDirectories } from "../host/make_directories.ts";
import { readRegular } from "../host/read.ts";
import { allSettled, syncShared } from "../host/sync.ts";
import { causeAndFix, errorCode } from "../text/plain_cause.ts";
import {
  formatPendingAction,
  parsePendingAction,
  type PendingActionText,
  unitePendingActions,
} from "./record_text.ts";
import { type RecordWrite, writeRecord } from "./record_file.ts";
import { pendingActionFile, pendingDirectory, temporaryFile } from "./store_paths.ts";
import type { Tell } from "./types.ts";

/**
 * Writes a pending action, or adds to the existing one. The plan relies on the file's time.
 *
 * @param until Expiry of the certificate that the new files replace, if known.
 * @returns Whether there was none before. Throws Error in plain words.
 */
export async function writePendingAction(
  certStore: string,
  service: string,
  certificate: string,
  until?: Date,
): Promise<boolean> {
  const before = read(certStore, service);
  const more = { certificates: [certificate], ...(until !== undefined && { until }) };
  const isNew = before === undefined;
  await write(certStore, service, isNew ? more : unitePendingActions(before, more), { isNew });
  return isNew;
}

/**
 * Tries to write the pending action, without any lasting change, before something is done that would
 * be in vain without it. Throws Error in plain words.
 */
export async function tryPendingAction(
  certStore: string,
  service: string,
  certificate: string,
): Promise<void> {
  const before = read(certStore, service);
  const path = pendingActionFile(certStore, service);
  if (before !== undefined) {
    return await write(certStore, service, before, {
      isNew: false,
      time: timeOf(certStore, service),
    });
  }
  // Under the temporary name it is no record yet.
  const trial = temporaryFile(path);
  try {
    makeDirectories(pendingDirectory(certStore), 0o700);
    removeIfThere(trial);
    const text = formatPendingAction(service, { certificates: [certificate] });
    try {
      await allSettled([syncShared(certStore), writeNewFile(trial, text, { mode: 0o600 })]);
    } finally {
      removeIfThere(trial);
    }
  } catch (error) {
    throw cannot("write", path, error);
  }
}

/** Adds to a pending action, if there is one, why the action did not happen; its time stays. */
export async function noteFailure(
  certStore: string,
  service: string,
  failure: string,
): Promise<void> {
  await amend(certStore, service, (before) => ({ ...before, failure }));
}

/** Adds to a pending action why the action failed and, if the service was up before, when. */
export async function noteFailedAction(
  certStore: string,
  service: string,
  failure: string,
  actedAt: Date | undefined,
): Promise<void> {
  await amend(certStore, service, ({ actedAt: _, ...before }) => ({
    ...before,
    failure,
    ...(actedAt !== undefined && { actedAt }),
  }));
}

/** The failure itself is reported elsewhere and the record stays, so errors are ignored here. */
async function amend(
  certStore: string,
  service: string,
  change: (before: PendingActionText) => PendingActionText,
): Promise<void> {
  try {
    const before = read(certStore, service);
    if (before === undefined) return;
    await write(certStore, service, change(before), {
      isNew: false,
      time: timeOf(certStore, service),
    });
  } catch {
    return;
  }
}

/**
 * Notes the time before VCM acts on a running service, because a run that is killed meanwhile may
 * leave the service down. Creates the record if there is none.
 *
 * @returns Whether there was none before.
 */
export async function noteAction(
  certStore: string,
  service: string,
  certificates: readonly string[],
  actedAt: Date,
): Promise<boolean> {
  try {
    const before = read(certStore, service);
    const isNew = before === undefined;
    const time = isNew ? undefined : timeOf(certStore, service);
    await write(certStore, service, { certificates, ...before, actedAt }, { isNew, time });
    return isNew;
  } catch {
    // A failed note must not keep the service from its new files.
    return false;
  }
}

/**
 * Transfers a pending action to the services that replace its own, and removes it. Each keeps the
 * later of the two times. Throws Error in plain words.
 */
export async function transferPendingAction(
  certStore: string,
  pendingAction: string,
  successors: readonly string[],
): Promise<void> {
  const found = read(certStore, pendingAction);
  if (found === undefined) return;
  // How the action on the old service ended says nothing about the new ones.
  const { failure: _, actedAt: __, ...left } = found;
  const time = timeOf(certStore, pendingAction);
  for (const successor of successors) {
    const own = read(certStore, successor);
    const isNew = own === undefined;
    const text = isNew ? left : unitePendingActions(own, left);
    const ownTime = isNew ? time : timeOf(certStore, successor);
    await write(certStore, successor, text, { isNew, time: ownTime > time ? ownTime : time });
  }
  removePendingAction(certStore, pendingAction);
}

function timeOf(certStore: string, service: string): Date {
  return fs.statSync(pendingActionFile(certStore, service)).mtime;
}

function read(certStore: string, service: string): PendingActionText | undefined {
  const path = pendingActionFile(certStore, service);
  try {
    return parsePendingAction(readRegular(path));
  } catch (error) {
    // A link that leads nowhere is no record, and is replaced by one.
    if (["ENOENT", "ELOOP"].includes(errorCode(error) ?? "")) return undefined;
    throw cannot("write", path, error);
  }
}

async function write(
  certStore: string,
  service: string,
  text: PendingActionText,
  how: RecordWrite,
): Promise<void> {
  const path = pendingActionFile(certStore, service);
  try {
    makeDirectories(pendingDirectory(certStore), 0o700);
    // The directory may be new, or left by a run that was killed before it was synced.
    await allSettled([
      syncShared(certStore),
      writeRecord(path, formatPendingAction(service, text), how),
    ]);
  } catch (error) {
    if (how.isNew) removeQuietly(path);
    throw cannot("write", path, error);
  }
}

function cannot(verb: "write" | "remove", path: string, cause: unknown): Error {
  const message = `Cannot ${verb} the pending action "${path}": ${causeAndFix(cause, path)}`;
  return new Error(message, { cause });
}

/** Throws Error in plain words. */
export function removePendingAction(certStore: string, service: string): void {
  const path = pendingActionFile(certStore, service);
  try {
    removeIfThere(path);
  } catch (error) {
    throw cannot("remove", path, error);
  }
}

/** Removes a pending action that no longer applies, or reports why it cannot; returns whether it is gone. */
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
