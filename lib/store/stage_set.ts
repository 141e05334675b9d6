/** Stages a set that does not come from the server. Room and switch are those of every set. */
import type { Part } from "../certificate/types.ts";
import { removeIfThere } from "../host/atomic_write.ts";
import { ReservedSet } from "./reserve_set.ts";
import { roomDirectory } from "./store_paths.ts";

/** Texts of a set; `ca` is absent if no CA certificate is known. */
export type WholeSet = Readonly<Record<Exclude<Part, "ca">, string>> & { readonly ca?: string };

/** Throws the system's error, and leaves nothing. Needs the lock. */
export async function stageSet(
  certStore: string,
  name: string,
  texts: WholeSet,
  keep: number,
): Promise<void> {
  using reserved = await ReservedSet.make(certStore, name, keep);
  // An empty ca.pem would count as damaged. Its open file is written, and is gone.
  if (texts.ca === undefined) removeIfThere(`${roomDirectory(certStore, name)}/ca.pem`);
  await reserved.stage((part) => texts[part] ?? "");
}
