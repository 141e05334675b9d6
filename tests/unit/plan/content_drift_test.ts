/** From which certificate to which a file's content changes. */
import assert from "node:assert/strict";
import { findDrift } from "../../../lib/plan/planned_target.ts";
import type { Supply } from "../../../lib/plan/drift.ts";
import type { Drift } from "../../../lib/plan/target_types.ts";
import type { TargetFile } from "../../../lib/observe/types.ts";
import { describeDrifts } from "../../../lib/report/drift_text.ts";
import { makeCertificate, makeSeenFile, makeTarget } from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const OLD = makeCertificate({
  serial: "01:02",
  fingerprint: "OLD",
  notAfter: new Date("2026-12-03T14:30:00Z"),
});
const STORED = makeCertificate();
const SUPPLY: Supply = { stored: true, renewed: false, certificate: STORED };

function driftOf(file: Partial<TargetFile>, supply: Supply = SUPPLY): Drift[] {
  const target = makeSeenFile({ sameContent: false, ...file });
  return findDrift(makeTarget(), target, supply, { forced: false, pendingValidation: false });
}

pureTest("a file with another certificate says from which to which it changes", () => {
  const drift = driftOf({ certificate: OLD });
  assert.deepEqual(drift, [{
    kind: "content",
    from: "serial 01:02 until 2026-12-03 14:30 UTC",
    to: "serial 0a:1b:2c until 2027-01-30 00:00 UTC",
  }]);
  assert.equal(describeDrifts(drift), "content until 2026-12-03 -> 2027-01-30");
  assert.equal(
    describeDrifts(drift, true),
    "content serial 01:02 until 2026-12-03 14:30 UTC -> " +
      "serial 0a:1b:2c until 2027-01-30 00:00 UTC",
  );
});

pureTest("a file without a certificate, or with the same one, only differs", () => {
  const { certificate: _, ...unknown } = SUPPLY;
  const cases: [Partial<TargetFile>, Supply][] = [
    [{}, SUPPLY],
    [{ certificate: STORED }, SUPPLY],
    [{ certificate: OLD }, unknown],
  ];
  for (const [file, supply] of cases) {
    const drift = driftOf(file, supply);
    assert.deepEqual(drift, [{ kind: "content" }]);
    assert.equal(describeDrifts(drift), "content differs from the store");
  }
});

pureTest("what has the stored content does not differ, whatever it holds", () => {
  assert.deepEqual(driftOf({ sameContent: true, certificate: OLD }), []);
});
