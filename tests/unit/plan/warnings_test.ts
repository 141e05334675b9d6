import assert from "node:assert/strict";
import { findWarnings } from "../../../lib/plan/warnings.ts";
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

pureTest("findWarnings() is silent of what is in order, and of what is not there", () => {
  assert.deepEqual(findWarnings(makeSpec(), makeStored(), NOW, "UTC"), []);
  assert.deepEqual(findWarnings(makeSpec(), makeStored({ leaf: ABSENT }), NOW, "UTC"), []);
});

pureTest("findWarnings() doubts the clock before a certificate begins", () => {
  const stored = makeStored({}, makeCertificate({ notBefore: after(2 * DAY + 4.5 * 3600) }));
  assert.deepEqual(findWarnings(makeSpec(), stored, NOW, "UTC"), [{
    kind: "clock",
    message: "it is valid only from 2026-12-03 14:30 UTC; check this host's clock, " +
      "which says 2026-12-01 10:00 UTC",
  }]);
  const begun = makeStored({}, makeCertificate({ notBefore: NOW }));
  assert.deepEqual(findWarnings(makeSpec(), begun, NOW, "UTC"), []);
});

pureTest("findWarnings() says that a window is longer than the lifetime", () => {
  const stored = makeStored({}, makeCertificate({ notBefore: NOW, notAfter: after(7 * DAY) }));
  assert.deepEqual(findWarnings(makeSpec(), stored, NOW, "UTC"), [{
    kind: "window",
    message:
      "its renewal window of 14d covers its whole lifetime of 7d; VCM renews it 2d 8h before its expiry",
  }]);
  const long = makeSpec({ renew: { kind: "duration", seconds: 7 * DAY - 120 } });
  assert.deepEqual(findWarnings(long, stored, NOW, "UTC"), []);
  for (const percent of [90, 99, 99.99]) {
    const share = makeSpec({ renew: { kind: "share", percent } });
    assert.deepEqual(findWarnings(share, stored, NOW, "UTC"), []);
  }
});

pureTest("findWarnings() names the CA whose end leaves a window no room", () => {
  const chainEnd = { name: "Intermediate CA", notAfter: after(6 * DAY) };
  const stored = makeStored({ chainEnd }, makeCertificate({ notBefore: NOW }));
  assert.deepEqual(findWarnings(makeSpec(), stored, NOW, "UTC"), [{
    kind: "window",
    message:
      'its renewal window of 14d covers the 6d for which its chain is valid ("Intermediate ' +
      'CA" expires 2026-12-07 10:00 UTC); VCM renews it 2d before that; renew that CA at the server',
  }]);
});

pureTest("findWarnings() foresees a renewal that cannot wait for a window", () => {
  const windows = [{ text: "Sat 02:00-04:00", days: [6], from: 120, to: 240 }];
  const renew = { kind: "duration", seconds: 3 * DAY } as const;
  // From Monday 2026-12-14 10:00 on, until Thursday.
  const stored = makeStored({}, makeCertificate({ notBefore: NOW, notAfter: after(16 * DAY) }));
  assert.deepEqual(findWarnings(makeSpec({ windows, renew }), stored, NOW, "UTC"), [{
    kind: "window",
    message: "its renewal is due from 2026-12-14 10:00 UTC, but its window (Sat 02:00-04:00) " +
      "then opens 2026-12-19 02:00 UTC, too close to its expiry, so the renewal will not wait; " +
      'increase "renew", or add windows',
  }]);
  const early = { kind: "duration", seconds: 8 * DAY } as const;
  assert.deepEqual(findWarnings(makeSpec({ windows, renew: early }), stored, NOW, "UTC"), []);
});

pureTest(
  "findWarnings() names a host that is not among the SANs, unless it is due for that",
  () => {
    const spec = makeSpec({ name: "10.1.1.20" });
    const certificate = makeCertificate({ commonName: "10.1.1.20", dnsNames: ["10.1.1.20"] });
    const stored = makeStored({}, certificate);
    assert.deepEqual(findWarnings(spec, stored, NOW, "UTC"), [{
      kind: "own-name",
      message: "it lacks an IP SAN for its own name 10.1.1.20, so clients that connect to " +
        "10.1.1.20 refuse it; its next renewal asks for one, and so does now: " +
        'vcm issue --force 10.1.1.20; if no client does, set "exclude_cn_from_sans: true"',
    }]);
    assert.deepEqual(findWarnings({ ...spec, excludeCnFromSans: true }, stored, NOW, "UTC"), []);
    assert.deepEqual(findWarnings({ ...spec, ipSans: ["10.1.1.20"] }, stored, NOW, "UTC"), []);
  },
);
