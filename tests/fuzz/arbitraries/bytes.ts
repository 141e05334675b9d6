/** Bytes of all kinds, and good bytes that were damaged. */
import fc from "fast-check";

interface Slip {
  readonly kind: "flip" | "set" | "delete" | "repeat" | "insert" | "cut";
  readonly at: number;
  readonly length: number;
  readonly byte: number;
}

const slip: fc.Arbitrary<Slip> = fc.record({
  kind: fc.constantFrom(
    ...["flip", "flip", "set", "set", "delete", "repeat", "insert", "cut"] as const,
  ),
  at: fc.nat(4_000),
  length: fc.nat(20),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 0x30, 0x7f, 0x80, 0x84, 0xff)),
});

/** Any of some bytes after a few slips. */
export function damagedBytes(...good: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc.tuple(fc.constantFrom(...good), fc.array(slip, { minLength: 1, maxLength: 4 }))
    .map(([bytes, slips]) => Uint8Array.from(slips.reduce(damage, [...bytes])));
}

function damage(bytes: readonly number[], { kind, at: place, length, byte }: Slip): number[] {
  const at = place % (bytes.length + 1);
  const [before, after] = [bytes.slice(0, at), bytes.slice(at)];
  switch (kind) {
    case "flip":
      return [...before, (after[0] ?? 0) ^ (1 << (byte % 8)), ...after.slice(1)];
    case "set":
      return [...before, byte, ...after.slice(1)];
    case "delete":
      return [...before, ...after.slice(length)];
    case "repeat":
      return [...before, ...after.slice(0, length), ...after];
    case "insert":
      return [...before, byte, ...after];
    case "cut":
      return before;
  }
}
