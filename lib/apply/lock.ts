/** One run at a time: the kernel's lock on `<cert_store>/.lock`, which no crash can leave behind. */
import { lockFile, markerFolder } from "../config/store_paths.ts";
import { localOwnGroups } from "../observe/local_accounts.ts";
import { readInfo } from "../observe/read.ts";
import { WayFinder } from "../observe/way.ts";
import { storeHazard } from "../plan/store_hazard.ts";
import { plainCause } from "../config/plain_cause.ts";

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
    requireTrusted(certStore, Deno.statSync(certStore));
    const markers = readInfo(markerFolder(certStore));
    if (markers.kind === "present") requireTrusted(markerFolder(certStore), markers.value);
    file = Deno.openSync(lockFile(certStore), { create: true, write: true, mode: 0o600 });
    closeToOthers(lockFile(certStore), file);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      `Cannot open the lock "${lockFile(certStore)}": ${plainCause(error)}; ` +
        'run as the user whom the store belongs to, or give another "cert_store"',
      { cause: error },
    );
  }
  if (!file.tryLockSync(true)) {
    file.close();
    throw new LockedError(`${heldText(certStore)}; it is free when that run ends`);
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

/** Before anything is made there. */
function requireSafePlace(certStore: string): void {
  const runner = Deno.uid() ?? 0;
  const ways = new WayFinder(runner, { ownerName: String });
  const hazard = storeHazard(certStore, ways.above(certStore), {
    runner,
    ownGroups: localOwnGroups(),
  });
  if (hazard !== undefined) throw new StoreError(hazard);
}

/** Whoever may write in the store, or in its folder of markers, could plant keys and links there. */
function requireTrusted(folder: string, { isSymlink, uid, mode }: Deno.FileInfo): void {
  if (isSymlink) throw new StoreError(`"${folder}" is a symbolic link; remove it`);
  const me = Deno.uid();
  if (uid !== 0 && uid !== me) {
    throw new StoreError(
      `The store "${folder}" belongs to user ${uid}, who could change what is deployed from it; ` +
        `cure: chown -R ${me} "${folder}"`,
    );
  }
  if (((mode ?? 0) & 0o022) !== 0) {
    throw new StoreError(
      `The store "${folder}" is writable by others, who could change what is deployed from it; ` +
        `cure: chmod -R go-w "${folder}"`,
    );
  }
}
