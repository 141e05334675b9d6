import { deepEqual, throws } from "node:assert/strict";
import { cutDenort } from "../../../scripts/cut_denort.ts";

function program(payloadLength: bigint, magic = 0x501e): Uint8Array {
  const bytes = new Uint8Array(4 + 3 + 16);
  bytes.set([1, 2, 3, 4, 9, 9, 9]);
  const trailer = new DataView(bytes.buffer, 7);
  trailer.setUint32(0, magic, true);
  trailer.setUint32(4, 0x2a7, true);
  trailer.setBigUint64(8, payloadLength, true);
  return bytes;
}

Deno.test("cutDenort() removes payload and trailer", () => {
  deepEqual([...cutDenort(program(3n))], [1, 2, 3, 4]);
});

Deno.test("cutDenort() refuses a file that deno compile did not make", () => {
  throws(() => cutDenort(program(3n, 0x1234)), /not made by "deno compile"/);
  throws(() => cutDenort(program(8n)), /payload is longer than the file/);
  throws(() => cutDenort(new Uint8Array(15)), /shorter than a trailer/);
});
