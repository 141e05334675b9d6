/** Chance that is the same on each run. */

/** Numbers from 0 up to 1. */
export type Random = () => number;

/** Numbers that a seed decides (mulberry32). */
export function makeRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * A serial number as `parseCertificate()` writes it: 20 bytes, the first below 0x80, since Vault
 * draws them from 0 to 2^159 (its `certutil.GenerateSerialNumber`).
 */
export function randomSerial(random: Random): string {
  let serial = BYTES[Math.floor(random() * 128)] ?? "";
  for (let at = 1; at < 20; at++) serial += `:${BYTES[Math.floor(random() * 256)]}`;
  return serial;
}
