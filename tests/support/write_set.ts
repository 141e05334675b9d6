import { ReservedSet } from "../../lib/store/reserve_set.ts";
import { storeStagedSet } from "../../lib/store/write_set.ts";
import type { Part } from "../../lib/certificate/types.ts";

/** Writes a set into the store, as a run does around its question to the server. */
export async function writeStoredSet(
  certStore: string,
  name: string,
  text: (part: Part) => string,
  keep?: number,
): Promise<string | undefined> {
  using reserved = await ReservedSet.make(certStore, name, keep);
  await reserved.stage(text);
  return await storeStagedSet(certStore, name, keep);
}
