/** Reads the records of revocations that are not finished. */
import type { Config } from "../config/types.ts";
import type { Presence } from "../host/types.ts";
import { isOfOtherFile, readPendingRevocation } from "../store/pending_revocation.ts";
import type { PendingRevocation } from "../store/types.ts";
import type { Revocations } from "./types.ts";

/** @param names The certificates that have a record in the store. */
export function observeRevocations(
  { certStore, certificates, file }: Config,
  names: readonly string[],
): Revocations {
  const known = new Set(certificates.map(({ name }) => name));
  const ofFile = new Map<string, Presence<PendingRevocation>>();
  const removed = [];
  for (const name of names) {
    const found = readPendingRevocation(certStore, name);
    // Another command finished it since the store was listed.
    if (found.kind === "absent") continue;
    if (known.has(name)) ofFile.set(name, found);
    else if (found.kind === "present" && !isOfOtherFile(found.value, file)) {
      removed.push({ name, revocation: found.value });
    }
  }
  return { ofFile, removed };
}
