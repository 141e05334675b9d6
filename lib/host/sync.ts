/**
 * Syncs in threads of the runtime: many at one time, while other work goes on.
 *
 * What a power cut must not undo needs this order, so each step waits for the one before:
 * 1. the content of a new file is synced before a rename gives it its final name;
 * 2. the directory is synced after that rename and before anything that relies on it: an old file is
 *    removed, a record is removed, a service acts;
 * 3. a record of what is going to change is synced, with its name, before the first change.
 *
 * These are rules for the steps of one certificate. The steps of different certificates may come in
 * any order, because no two of them write one path; records that they share have a mutex.
 */
import * as fs from "node:fs";

/** Makes the content of an open file survive a crash. Throws the system's error. */
export function syncFile(file: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  fs.fsync(file, (error) => error ? reject(error) : resolve());
  return promise;
}

/** The same of several files. Ends when no sync is under way any more, also if one fails. */
export async function syncFiles(files: readonly number[]): Promise<void> {
  await allSettled(files.map(syncFile));
}

/** Waits until all have ended; only then throws the first error, in their order. */
export async function allSettled(work: readonly Promise<unknown>[]): Promise<void> {
  for (const one of await Promise.allSettled(work)) {
    if (one.status === "rejected") throw one.reason;
  }
}

/** By path: the sync that has not begun yet, and the last one. */
const waiting = new Map<string, Promise<void>>();
const last = new Map<string, Promise<void>>();

/**
 * Makes renames and removals in a directory survive a crash. All who wait for one directory share a
 * sync, but never one that had begun before: it may miss their changes. Throws the system's error, to
 * all of them.
 */
export function syncShared(directory: string): Promise<void> {
  const shared = waiting.get(directory);
  if (shared !== undefined) return shared;
  const sync = (last.get(directory) ?? Promise.resolve()).catch(() => undefined).then(() => {
    waiting.delete(directory);
    return syncNow(directory);
  });
  waiting.set(directory, sync);
  last.set(directory, sync);
  return sync;
}

async function syncNow(directory: string): Promise<void> {
  const file = openDirectory(directory);
  try {
    await syncFile(file);
  } finally {
    fs.closeSync(file);
  }
}

/** As `syncShared()`, at once. */
export function syncDirectory(path: string): void {
  const directory = openDirectory(path);
  try {
    fs.fsyncSync(directory);
  } finally {
    fs.closeSync(directory);
  }
}

/** O_DIRECTORY: a pipe in its place would block. */
function openDirectory(path: string): number {
  return fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
}
