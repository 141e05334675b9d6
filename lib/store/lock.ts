/** One run at a time: the kernel's lock on `<cert_store>/.lock`, which no crash can leave behind. */
import { carryOver } from "./carry_over.ts";
import { lockFile } from "./store_paths.ts";
import { localOwnGroups } from "../host/local_accounts.ts";
import { storeFault } from "./store_trust.ts";
import { AncestorFinder } from "../host/path_ancestors.ts";
import { unsafeStore } from "./unsafe_store.ts";
import { errorCode } from "../text/error_code.ts";
import { plainCause } from "../text/plain_cause.ts";

/** Another run holds the lock. */
export class LockedError extends Error {
  override readonly name = "LockedError";
}

/** The store cannot be made or locked. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/**
 * Takes the lock until it is disposed of, and makes the store (0700) where there is none.
 *
 * Throws LockedError or StoreError. Needs write permission for the store.
 */
export function lockStore(certStore: string): Disposable {
  let file: Deno.FsFile;
  try {
    requireSafePlace(certStore);
    Deno.mkdirSync(certStore, { recursive: true, mode: 0o700 });
    requireTrusted(certStore);
    file = Deno.openSync(lockFile(certStore), { create: true, write: true, mode: 0o600 });
    closeToOthers(lockFile(certStore), file);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const lock = lockFile(certStore);
    const why = plainCause(error);
    const message = errorCode(error) === "EROFS"
      ? `Cannot open the lock "${lock}": ${why}`
      : `Cannot open the lock "${lock}": ${why}; ` +
        'run as the user whom the store belongs to, or give another "cert_store"';
    throw new StoreError(message, { cause: error });
  }
  if (!file.tryLockSync(true)) {
    file.close();
    throw new LockedError(`${heldText(certStore)}; it is free when that run ends`);
  }
  try {
    if (carryOver(certStore)) requireTrusted(certStore);
  } catch (error) {
    file.close();
    if (error instanceof StoreError) throw error;
    const message = `Cannot rename what an earlier version left in the store "${certStore}": ` +
      plainCause(error);
    throw new StoreError(message, { cause: error });
  }
  return file;
}

/** Whoever may open it could hold the lock: an older tool made it for all to read. */
function closeToOthers(path: string, file: Deno.FsFile): void {
  const { mode, uid } = file.statSync();
  if (((mode ?? 0) & 0o077) !== 0 && uid === Deno.uid()) Deno.chmodSync(path, 0o600);
}

/** How the message of a LockedError begins. */
export function heldText(certStore: string): string {
  return `Another run of vcm holds the lock "${lockFile(certStore)}"`;
}

function requireTrusted(certStore: string): void {
  const fault = storeFault(certStore);
  if (fault !== undefined) throw new StoreError(fault);
}

/** Before anything is made there. */
function requireSafePlace(certStore: string): void {
  const runner = Deno.uid() ?? 0;
  const ancestors = new AncestorFinder(runner, { ownerName: String });
  const unsafe = unsafeStore(certStore, ancestors.above(certStore), {
    runner,
    ownGroups: localOwnGroups(),
  });
  if (unsafe !== undefined) throw new StoreError(unsafe);
}
