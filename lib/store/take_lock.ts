/** The lock on the store, as commands take it. */
import { LockedError, lockStore } from "./lock.ts";

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
  const { waitForLock } = await import("./lock_wait.ts");
  return await waitForLock(certStore, say, wait);
}
