/** The parts of each kind of target. */
import { PARTS, type StoredPart, type TargetKind } from "../certificate/types.ts";

const PARTS_OF: Readonly<Record<TargetKind, readonly StoredPart[]>> = {
  cert: ["cert"],
  chain: ["chain"],
  fullchain: ["fullchain"],
  privkey: ["privkey"],
  ca: ["ca"],
  combined: ["fullchain", "privkey"],
  pkcs12: ["fullchain", "privkey"],
  der: ["cert"],
  bundle: PARTS,
  crl: ["crl"],
};

/** The stored files that a target contains. */
export function partsOf(what: TargetKind): readonly StoredPart[] {
  return PARTS_OF[what];
}

/** Whether a target contains a private key. */
export function holdsKey(what: TargetKind): boolean {
  return partsOf(what).includes("privkey");
}

/** Whether the private key in a target can be encrypted with a password. */
export function canBeEncrypted(what: TargetKind): boolean {
  return holdsKey(what) && what !== "bundle";
}

/** The default mode of a target: only the owner can read a key. */
export function defaultMode(what: TargetKind): number {
  return holdsKey(what) ? 0o600 : 0o644;
}
