/** The lock on the store, as commands take it. */
import { LockedError, lockStore } from "./lock.ts";

/**
 * Takes the lock, waits for it as long as it was told to, or says who holds it.
 *
 * @param say Is told once that it waits.
 * @param wait Seconds; absent: it does not wait.
 *
 * Throws LockedError or StoreError. Needs write permission for the store, and run permission for
 * lslocks and ps to tell who holds the lock.
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
