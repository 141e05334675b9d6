import assert from "node:assert/strict";
import { redact } from "../../../lib/text/secret.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("redact() finds a secret however it is printed in a line", () => {
  const secrets = ["4f2c-91ab-77", "correct horse  battery", "4f2c-91ab-77-and-more", "pin"];
  const cases: readonly (readonly [string, string])[] = [
    ["id=4f2c-91ab-77;", "id=[redacted];"],
    ["x4f2c-91ab-77x 4f2c-91ab-77", "x[redacted]x [redacted]"],
    ["4f2c\ufffd-91ab-77", "[redacted]"],
    ["4f2c-91ab-77-and-more", "[redacted]"],
    ["the password is correct horse battery", "the password is [redacted]"],
    // Cut off in the middle of it.
    ["failed: 4f2c-91…", "failed: [redacted]…"],
    ["failed: correct horse bat…", "failed: [redacted]…"],
    ["no such file: 4f2…", "no such file: 4f2…"],
    // A short one is masked as a word.
    ["spinning pin", "spinning [redacted]"],
    ["a control character \ufffd stays", "a control character \ufffd stays"],
  ];
  for (const [line, expected] of cases) assert.equal(redact(line, secrets), expected);
  assert.equal(redact("all of it", ["", " "]), "all of it");
});

pureTest("redact() finds parts of a secret that are long enough", () => {
  const secrets = ["MIGHAgEAMBMGByqGSM49AgEGCCqG+M49/wEHBG0wawIBAQ", "8f6e-41c2-b7d0-9a35"];
  const cases: readonly (readonly [string, string])[] = [
    ["key: MIGHAgEAMBMGB yqGSM49AgE GCCq", "key: [redacted]"],
    ["M I G H A g E A M B M G", "[redacted]"],
    ["nginx: BMGByqGSM49\ufffdAgEGCC: bad", "nginx: [redacted]: bad"],
    ["d=CCqG-M49_wEHBG0wawIBAQ;", "d=[redacted];"],
    ["8f6e-41c2-b7 d0-9a35", "[redacted]"],
    ["first MIGHAgEAMBMG, then wEHBG0wawIBAQ", "first [redacted], then [redacted]"],
    ["MIGHAgEAMBM is too short", "MIGHAgEAMBM is too short"],
    ["MIGHAgEAMBMGB8f6e-41c2-b7d", "[redacted][redacted]"],
  ];
  for (const [line, expected] of cases) assert.equal(redact(line, secrets), expected);
});
