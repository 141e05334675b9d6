import assert from "node:assert/strict";
import { backOff, readRetryAfter } from "../../../../lib/vault/wire/back_off.ts";
import { pureTest } from "../../../support/pure_test.ts";

pureTest(
  "backOff() waits at most 0.5 s, then twice as long each round, and never beyond 10 s",
  () => {
    const longest = Array.from({ length: 8 }, (_, round) => backOff(round, 1));
    assert.deepEqual(longest, [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  },
);

pureTest("backOff() is random over the whole range, from no wait to the longest", () => {
  for (const round of [0, 3, 9, 99]) {
    assert.equal(backOff(round, 0), 0);
    assert.equal(backOff(round, 0.5), backOff(round, 1) / 2);
  }
});

pureTest(
  "backOff() adds to what the server asked for, so that hosts do not come back together",
  () => {
    assert.equal(backOff(0, 0, 3000), 3000);
    assert.equal(backOff(0, 0.5, 3000), 3250);
    assert.equal(backOff(9, 1, 20_000), 30_000);
  },
);

const NOW = new Date("2026-12-01T10:00:00Z");

/** Headers and the milliseconds in them. */
const HEADERS: readonly [string | undefined, number][] = [
  [undefined, 0],
  ["0", 0],
  ["1", 1000],
  ["120", 120_000],
  ["999999", 999_999_000],
  ["Tue, 01 Dec 2026 10:00:07 GMT", 7000],
  ["Tuesday, 01-Dec-26 10:00:07 GMT", 7000],
  ["Tue, 01 Dec 2026 10:00:00 GMT", 0],
  ["Tue, 01 Dec 2026 09:59:00 GMT", 0],
  ["", 0],
  ["soon", 0],
];

pureTest("readRetryAfter() reads seconds and dates, and treats anything else as no wait", () => {
  for (const [header, wait] of HEADERS) assert.equal(readRetryAfter(header, NOW), wait, header);
});

pureTest("readRetryAfter() gives a number of milliseconds for whatever is sent", () => {
  for (const header of ["-5", "1.5", "1e9", "0x10", "1234567", "9".repeat(400), "3 s", "\u0663"]) {
    const wait = readRetryAfter(header, NOW);
    assert.ok(wait >= 0 && !Number.isNaN(wait), `${header}: ${wait}`);
  }
});
