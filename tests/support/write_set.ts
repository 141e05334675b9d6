import { ReservedSet } from "../../lib/store/reserve_set.ts";
import { storeStagedSet } from "../../lib/store/write_set.ts";
import type { Part } from "../../lib/certificate/types.ts";

/** Writes a set into the store, as a run does around its question to the server. */
export function writeStoredSet(
  certStore: string,
  name: string,
  text: (part: Part) => string,
  keep?: number,
): string | undefined {
  using reserved = new ReservedSet(certStore, name, keep);
  reserved.stage(text);
  return storeStagedSet(certStore, name, keep);
}
