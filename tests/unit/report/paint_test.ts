import assert from "node:assert/strict";
import { count, paint } from "../../../lib/report/paint.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("paint() colors a text only if that is wanted", () => {
  const [on, off] = [paint(true), paint(false)];
  assert.equal(on.bold("a"), "\x1b[1ma\x1b[0m");
  assert.equal(on.good("a"), "\x1b[32ma\x1b[0m");
  assert.equal(on.warn("a"), "\x1b[33ma\x1b[0m");
  assert.equal(on.bad("a"), "\x1b[31ma\x1b[0m");
  for (const word of ["bold", "good", "warn", "bad"] as const) assert.equal(off[word]("a"), "a");
});

pureTest("count() has a singular for one only", () => {
  assert.deepEqual([0, 1, 2].map((number) => count(number, "file")), [
    "0 files",
    "1 file",
    "2 files",
  ]);
});
