/** One run at a time: the kernel's lock on `<cert_store>/.lock`, which no crash can leave behind. */
import { localOwnGroups } from "../host/accounts.ts";
import { makeDirectories } from "../host/make_directories.ts";
import { AncestorFinder } from "../host/path_ancestors.ts";
import { causeAndFix, causeOr } from "../text/plain_cause.ts";
import { carryOver, stageRooms } from "./carry_over.ts";
import { lockFile } from "./store_paths.ts";
import { storeProblem, unsafeStore } from "./store_trust.ts";

/** Another run holds the lock. */
export class LockedError extends Error {
  override readonly name = "LockedError";
}

/** The store cannot be created or locked. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/**
 * Takes the lock; if another run holds it, waits or says which process that is.
 *
 * @param say Called once if it waits.
 * @param wait Seconds; absent: it does not wait.
 *
 * Throws LockedError or StoreError. Needs write permission for the store, and run permission for
 * lslocks and ps to name the holder.
 */
export async function takeLock(
  certStore: string,
  say: (text: string) => void,
  wait?: number,
): Promise<Disposable> {
  try {
    return lockStore(certStore);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
  }
  return await (await import("./lock_wait.ts")).waitForLock(certStore, say, wait);
}

/**
 * Takes the lock until it is disposed of, and creates the store (0700) if there is none.
 *
 * Throws LockedError or StoreError. Needs write permission for the store.
 */
export function lockStore(certStore: string): Disposable {
  using held = new DisposableStack();
  const file = held.use(openLockFile(certStore));
  if (!file.tryLockSync(true)) {
    throw new LockedError(`${heldText(certStore)}; try again when that run has ended`);
  }
  // flock(2): a child has a copy of the descriptor until it calls exec, and closing leaves that one.
  held.defer(() => file.unlockSync());
  try {
    if (carryOver(certStore)) requireTrusted(certStore);
    stageRooms(certStore);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const message = `Cannot take over what an earlier run left in the store "${certStore}": ` +
      causeAndFix(error, `${certStore}/`);
    throw new StoreError(message, { cause: error });
  }
  return held.move();
}

function openLockFile(certStore: string): Deno.FsFile {
  const path = lockFile(certStore);
  try {
    requireSafePlace(certStore);
    makeDirectories(certStore, 0o700);
    requireTrusted(certStore);
    const file = Deno.openSync(path, { create: true, write: true, mode: 0o600 });
    // Whoever can open the file can hold the lock. An older tool made it readable by all.
    const { mode, uid } = file.statSync();
    if (((mode ?? 0) & 0o077) !== 0 && uid === Deno.uid()) Deno.chmodSync(path, 0o600);
    return file;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const fix = `run as the owner of the store, or give another "cert_store"`;
    const message = `Cannot open the lock "${path}": ${causeOr(error, path, fix)}`;
    throw new StoreError(message, { cause: error });
  }
}

/** How the message of a LockedError begins. */
export function heldText(certStore: string): string {
  return `Another run of vcm holds the lock "${lockFile(certStore)}"`;
}

function requireTrusted(certStore: string): void {
  const problem = storeProblem(certStore);
  if (problem !== undefined) throw new StoreError(problem);
}

/** Called before anything is created there. */
function requireSafePlace(certStore: string): void {
  const runner = Deno.uid() ?? 0;
  const ancestors = new AncestorFinder(runner, { ownerName: String }).above(certStore);
  const ownGroups = { get: (uid: number) => localOwnGroups().get(uid) }; // seldom needed
  const unsafe = unsafeStore(certStore, ancestors, { runner, ownGroups });
  if (unsafe !== undefined) throw new StoreError(unsafe);
}
