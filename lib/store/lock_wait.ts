/**
 * Waits for a lock that another run holds, and names the process that holds it. Loaded only then.
 */
import { formatDuration } from "../text/duration.ts";
import { lockFile } from "./store_paths.ts";
import { formatTime } from "../text/format_time.ts";
import { heldText, LockedError, lockStore } from "./lock.ts";
import { findHolder, type LockHolder } from "./lock_holder.ts";

/** What the wait needs of the host; tests give their own. */
export interface WaitEnvironment {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  pause(milliseconds: number): Promise<void>;
  findHolder(path: string): Promise<LockHolder | undefined>;
}

const HOST: WaitEnvironment = {
  now: () => performance.now(),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  findHolder,
};

/** Milliseconds between two tries. */
const PAUSE = 100;

/**
 * Takes a lock that was held a moment ago, or fails with the name of its holder.
 *
 * @param say Called once if it waits.
 * @param wait Seconds; absent: it does not wait.
 *
 * Throws LockedError or StoreError.
 */
export async function waitForLock(
  certStore: string,
  say: (text: string) => void,
  wait?: number,
  { now, pause, findHolder }: WaitEnvironment = HOST,
): Promise<Disposable> {
  const path = lockFile(certStore);
  const held = async () => heldText(certStore) + holderText(await findHolder(path), ": ");
  if (wait === undefined) {
    const fix = 'try again when that run has ended, or wait for it with "--wait 30s"';
    throw new LockedError(`${await held()}; ${fix}`);
  }
  const end = now() + wait * 1000;
  const holder = holderText(await findHolder(path), ", held by ");
  say(`Waiting up to ${formatDuration(wait)} for the lock "${path}"${holder}`);
  for (;;) {
    const lock = tryLock(certStore);
    if (lock !== undefined) return lock;
    const left = end - now();
    if (left <= 0) break;
    await pause(Math.min(PAUSE, left));
  }
  throw new LockedError(`${await held()}; VCM waited ${formatDuration(wait)} for it`);
}

function tryLock(certStore: string): Disposable | undefined {
  try {
    return lockStore(certStore);
  } catch (error) {
    if (error instanceof LockedError) return undefined;
    throw error;
  }
}

/** Empty if the holder is not known. */
function holderText(holder: LockHolder | undefined, before: string): string {
  if (holder === undefined) return "";
  const { pid, command, since } = holder;
  return `${before}process ${pid}, "${command}", since ${formatTime(since)}`;
}
