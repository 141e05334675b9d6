import assert from "node:assert/strict";
import { renewalStart, windowSeconds } from "../../../lib/certificate/renewal.ts";
import type { RenewalWindow } from "../../../lib/config/types.ts";
import { pureTest } from "../../support/pure_test.ts";

const NINETY_DAYS = {
  notBefore: new Date("2026-11-01T00:00:00Z"),
  notAfter: new Date("2027-01-30T00:00:00Z"),
};

pureTest("the renewal window is a duration, or a share of the whole lifetime", () => {
  const cases: [RenewalWindow, number, string][] = [
    [{ kind: "duration", seconds: 14 * 86_400 }, 1_209_600, "2027-01-16T00:00:00.000Z"],
    [{ kind: "duration", seconds: 1 }, 1, "2027-01-29T23:59:59.000Z"],
    [{ kind: "share", percent: 100 / 3 }, 2_592_000, "2026-12-31T00:00:00.000Z"],
    [{ kind: "share", percent: 50 }, 3_888_000, "2026-12-16T00:00:00.000Z"],
    [{ kind: "share", percent: 0.5 }, 38_880, "2027-01-29T13:12:00.000Z"],
    // Longer than the lifetime: it began before the certificate did.
    [{ kind: "duration", seconds: 91 * 86_400 }, 7_862_400, "2026-10-31T00:00:00.000Z"],
  ];
  for (const [window, seconds, start] of cases) {
    assert.equal(Math.round(windowSeconds(window, NINETY_DAYS)), seconds);
    assert.equal(renewalStart(window, NINETY_DAYS).toISOString(), start);
  }
});
