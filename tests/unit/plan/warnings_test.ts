import assert from "node:assert/strict";
import { judgeWarnings } from "../../../lib/plan/warnings.ts";
import {
  ABSENT,
  after,
  DAY,
  makeCertificate,
  makeSpec,
  makeStored,
  NOW,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("judgeWarnings() is silent of what is in order, and of what is not there", () => {
  assert.deepEqual(judgeWarnings(makeSpec(), makeStored(), NOW), []);
  assert.deepEqual(judgeWarnings(makeSpec(), makeStored({ leaf: ABSENT }), NOW), []);
});

pureTest("judgeWarnings() doubts the clock before a certificate begins", () => {
  const stored = makeStored({}, makeCertificate({ notBefore: after(2 * DAY + 4.5 * 3600) }));
  assert.deepEqual(judgeWarnings(makeSpec(), stored, NOW), [{
    kind: "clock",
    message: "it is valid only from 2026-12-03 14:30 UTC; is this host's clock " +
      "(2026-12-01 10:00 UTC) right?",
  }]);
  const begun = makeStored({}, makeCertificate({ notBefore: NOW }));
  assert.deepEqual(judgeWarnings(makeSpec(), begun, NOW), []);
});

pureTest("judgeWarnings() says that a window is longer than the lifetime", () => {
  const stored = makeStored({}, makeCertificate({ notBefore: NOW, notAfter: after(7 * DAY) }));
  assert.deepEqual(judgeWarnings(makeSpec(), stored, NOW), [{
    kind: "window",
    message: "its renewal window of 14d is longer than its lifetime of 7d; it is renewed 2d 8h " +
      "before its end",
  }]);
  const share = makeSpec({ renew: { kind: "share", percent: 90 } });
  assert.deepEqual(judgeWarnings(share, stored, NOW), []);
});

pureTest("judgeWarnings() names the CA whose end leaves a window no room", () => {
  const chainEnd = { name: "Intermediate CA", notAfter: after(6 * DAY) };
  const stored = makeStored({ chainEnd }, makeCertificate({ notBefore: NOW }));
  assert.deepEqual(judgeWarnings(makeSpec(), stored, NOW), [{
    kind: "window",
    message:
      'its renewal window of 14d is longer than the 6d that its chain lasts ("Intermediate ' +
      'CA" ends 2026-12-07 10:00 UTC); it is renewed 2d before that; renew that CA at the server',
  }]);
});
