// What `deno compile` 2.7 appends to its runtime (denort): a payload, and a trailer of 16 bytes in
// little-endian order: two magic numbers and the payload's length.
const TRAILER_LENGTH = 16;
const MAGIC = [0x501e, 0x2a7] as const;

/** Returns the runtime, byte for byte, that a program made by `deno compile` begins with. */
export function cutDenort(program: Uint8Array): Uint8Array {
  const end = program.length - TRAILER_LENGTH;
  if (end < 0) throw new Error("Cannot cut the runtime out: the file is shorter than a trailer");
  const trailer = new DataView(program.buffer, program.byteOffset + end, TRAILER_LENGTH);
  if (MAGIC.some((magic, index) => trailer.getUint32(index * 4, true) !== magic)) {
    throw new Error('Cannot cut the runtime out: the file was not made by "deno compile"');
  }
  const length = Number(trailer.getBigUint64(8, true));
  if (length > end) {
    throw new Error("Cannot cut the runtime out: its payload is longer than the file");
  }
  return program.subarray(0, end - length);
}
