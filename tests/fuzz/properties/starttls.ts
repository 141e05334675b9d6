/** Whatever a server says before TLS and in its handshake: a turn, a certificate or none. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { STARTTLS } from "../../../lib/config/types.ts";
import { plainLeaf } from "../../../lib/observe/probe.ts";
import { Dialogue, HEARD_LIMIT } from "../../../lib/observe/starttls.ts";
import { damagedBytes } from "../arbitraries/bytes.ts";
import { anyText, damaged } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const SAID = ["220 mail\r\n", "250-mail\r\n250 STARTTLS\r\n", "220 go\r\n", "* OK\r\n", "a OK\r\n"];

const heard = fc.array(
  fc.oneof(
    fc.constantFrom(...SAID, "+OK\r\n", "-ERR\r\n", "S", "N", "\n", "x".repeat(HEARD_LIMIT)),
    damaged(...SAID),
    anyText,
  ).map((text) => Buffer.from(text)),
  { maxLength: 6 },
);

/** Bytes behind their length. */
function measured(size: number, bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(size);
  length.writeUIntBE(bytes.length, 0, size);
  return Buffer.concat([length, bytes]);
}

const LEAF = Buffer.from("the leaf, as DER");
const LIST = measured(3, measured(3, LEAF));
const MESSAGES = Buffer.concat([
  Buffer.of(2),
  measured(3, Buffer.alloc(70)),
  Buffer.of(11),
  measured(3, LIST),
]);
const RECORD = Buffer.concat([Buffer.of(22, 3, 3), measured(2, MESSAGES)]);

export const STARTTLS_TALKS = [
  fuzz(
    "whatever a server says before TLS is followed or refused",
    fc.tuple(fc.constantFrom(...STARTTLS), heard),
    ([protocol, pieces]) => {
      const dialogue = new Dialogue(protocol);
      const mutex = [dialogue.begin(), ...pieces.map((piece) => dialogue.hear(piece))];
      for (const turn of mutex) {
        if (turn.kind !== "refused") continue;
        assert.match(turn.problem, /^\P{Cc}+$/u);
        assert.ok(turn.problem.length < 300, turn.problem);
      }
    },
  ),
  fuzz(
    "whatever a handshake is, its leaf is a part of it or there is none",
    fc.oneof(damagedBytes(RECORD), fc.uint8Array({ maxLength: 400 })),
    (bytes) => {
      const leaf = plainLeaf(Buffer.from(bytes));
      assert.ok(leaf === undefined || leaf.length <= bytes.length);
    },
  ),
];
