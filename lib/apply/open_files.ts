/** Whether this process has file descriptors for its work: without one, the runtime crashes. */
import { freeDescriptors } from "../host/free_descriptors.ts";

/** For two workers and the signals (measured: 16). */
const WORKERS = 18;

/** For a login, a name lookup, and the pipes of a command. */
const COMMON = 8;

/** For one certificate: its room in the store, or as many targets; a connection; a file or directory. */
const CERTIFICATE = 7;

/** Throws Error in plain words if the workers cannot carry out a plan. Before they are started. */
export function requireOpenFiles(certStore: string): void {
  const needed = WORKERS + COMMON + CERTIFICATE;
  const free = freeDescriptors(certStore, needed);
  if (free === needed) return;
  throw new Error(
    `VCM needs ${needed} more open files to carry out the plan, and its limit allows ${free}; nothing ` +
      'was done; fix: raise the limit, such as by "ulimit -n 1024" or "LimitNOFILE=1024" in the unit',
  );
}

/** How many certificates, at most `limit`, can be in flight at one time. */
export function certificatesInFlight(certStore: string, limit: number): number {
  const free = freeDescriptors(certStore, COMMON + CERTIFICATE * limit);
  return Math.max(1, Math.floor((free - COMMON) / CERTIFICATE));
}
