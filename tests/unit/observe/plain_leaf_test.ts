import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { plainLeaf } from "../../../lib/observe/probe.ts";
import { pureTest } from "../../support/pure_test.ts";

const LEAF = Buffer.from("the leaf, as DER");
const ISSUER = Buffer.from("its issuer");

/** Bytes behind their length, which is a big-endian integer of so many bytes. */
function measured(size: number, bytes: Buffer): Buffer {
  const length = Buffer.alloc(size);
  length.writeUIntBE(bytes.length, 0, size);
  return Buffer.concat([length, bytes]);
}

function message(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type), measured(3, body)]);
}

function record(type: number, fragment: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type, 3, 3), measured(2, fragment)]);
}

const HELLO = message(2, Buffer.alloc(70));
const LIST = measured(3, Buffer.concat([measured(3, LEAF), measured(3, ISSUER)]));
const MESSAGES = Buffer.concat([HELLO, message(11, LIST), message(14, Buffer.alloc(0))]);

pureTest("plainLeaf() finds the first certificate, however the records cut the messages", () => {
  assert.deepEqual(plainLeaf(record(22, MESSAGES)), LEAF);
  for (let cut = 1; cut < MESSAGES.length; cut++) {
    const cutUp = [record(22, MESSAGES.subarray(0, cut)), record(22, MESSAGES.subarray(cut))];
    assert.deepEqual(plainLeaf(Buffer.concat(cutUp)), LEAF, `cut at ${cut}`);
  }
});

pureTest("plainLeaf() finds none if it is incomplete", () => {
  const whole = record(22, Buffer.concat([HELLO, message(11, LIST)]));
  for (let length = 0; length < whole.length; length++) {
    assert.equal(plainLeaf(whole.subarray(0, length)), undefined, `${length} bytes`);
  }
});

pureTest("plainLeaf() finds none in anything else", () => {
  assert.equal(plainLeaf(record(21, Buffer.of(2, 40))), undefined, "an alert");
  assert.equal(plainLeaf(record(22, HELLO)), undefined, "TLS 1.3: the rest is encrypted");
  assert.equal(
    plainLeaf(record(22, message(11, measured(3, Buffer.alloc(0))))),
    undefined,
    "empty",
  );
  const lying = Buffer.concat([Buffer.of(0, 0, 9), Buffer.of(0, 0, 99), Buffer.alloc(6)]);
  assert.equal(plainLeaf(record(22, message(11, lying))), undefined, "longer than its list");
  assert.equal(plainLeaf(Buffer.alloc(1_000, 0xff)), undefined);
});
