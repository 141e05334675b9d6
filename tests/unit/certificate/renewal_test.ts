import assert from "node:assert/strict";
import { parseCertificate } from "../../../lib/certificate/certificate.ts";
import { isCapped, renewalStart, windowSeconds } from "../../../lib/certificate/renewal.ts";
import type { RenewalWindow } from "../../../lib/certificate/types.ts";
import { makeRandom, randomSerial } from "../../../scripts/simulate/random.ts";
import { makeCertificatePem } from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

const DAY = 86_400;
const SERIAL = "2d:21:49:6e:e9:f8:48:12:2e:ef:50:3b:fa:ca:62:f1:a4:14:6f:16";
const NINETY_DAYS = {
  notBefore: new Date("2026-11-01T00:00:00Z"),
  notAfter: new Date("2027-01-30T00:00:00Z"),
  serial: SERIAL,
};
const THIRTY_DAYS = { kind: "duration", seconds: 30 * DAY } as const;
const THIRTY_DAYS_BEFORE = new Date("2026-12-31T00:00:00Z");

pureTest("the renewal window is a duration, or a share of the whole lifetime", () => {
  const cases: [RenewalWindow, number, string][] = [
    [{ kind: "duration", seconds: 14 * DAY }, 1_209_600, "2027-01-16T00:00:00.000Z"],
    [{ kind: "duration", seconds: 1 }, 1, "2027-01-29T23:59:59.000Z"],
    [{ kind: "share", percent: 100 / 3 }, 2_592_000, "2026-12-31T00:00:00.000Z"],
    [{ kind: "share", percent: 50 }, 3_888_000, "2026-12-16T00:00:00.000Z"],
    [{ kind: "share", percent: 0.5 }, 38_880, "2027-01-29T13:12:00.000Z"],
  ];
  for (const [renew, seconds, start] of cases) {
    assert.equal(Math.round(windowSeconds(renew, NINETY_DAYS)), seconds);
    assert.equal(isCapped(renew, NINETY_DAYS), false);
    assert.equal(renewalStart({ renew, spread: 0 }, NINETY_DAYS).toISOString(), start);
  }
});

pureTest("a window as long as the lifetime, or longer, is cut to a third of it", () => {
  const cases: [number, boolean, number, string][] = [
    [89 * DAY, false, 7_689_600, "2026-11-02T00:00:00.000Z"],
    // Servers date certificates back, so one of 14d is 30 s longer than a window of 14d.
    [90 * DAY - 30, true, 2_592_000, "2026-12-31T00:00:00.000Z"],
    [90 * DAY, true, 2_592_000, "2026-12-31T00:00:00.000Z"],
    [91 * DAY, true, 2_592_000, "2026-12-31T00:00:00.000Z"],
    [36_500 * DAY, true, 2_592_000, "2026-12-31T00:00:00.000Z"],
  ];
  for (const [seconds, capped, window, start] of cases) {
    const renew = { kind: "duration", seconds } as const;
    assert.equal(isCapped(renew, NINETY_DAYS), capped);
    assert.equal(windowSeconds(renew, NINETY_DAYS), window);
    assert.equal(renewalStart({ renew, spread: 0 }, NINETY_DAYS).toISOString(), start);
  }
});

pureTest(
  "a share below 100% is what it says, and never makes a new certificate due at once",
  () => {
    const issued = new Date("2026-11-01T00:00:00Z");
    for (const lifetime of [120, 1800, 3600, DAY, 90 * DAY, 3650 * DAY]) {
      for (const backdated of [0, 30, 59].filter((back) => back < lifetime / 3)) {
        for (const percent of [1, 50, 90, 99, 99.9, 99.999]) {
          const validity = {
            notBefore: new Date(issued.getTime() - backdated * 1000),
            notAfter: new Date(issued.getTime() + lifetime * 1000),
            serial: SERIAL,
          };
          const renew = { kind: "share", percent } as const;
          assert.equal(isCapped(renew, validity), false);
          const said = `${percent}% of ${lifetime} s, ${backdated} s back`;
          const start = renewalStart({ renew, spread: 0 }, validity);
          assert.ok(lifetime < 240 || start > issued, said);
          const exact = (lifetime + backdated) * percent / 100;
          assert.ok(Math.abs(windowSeconds(renew, validity) - exact) <= 60, said);
        }
      }
    }
  },
);

pureTest("a capped window is spread by its own length, not by the one that was asked for", () => {
  const renew = { kind: "duration", seconds: 36_500 * DAY } as const;
  assert.deepEqual(
    renewalStart({ renew, spread: 20 }, NINETY_DAYS),
    renewalStart({ renew: THIRTY_DAYS, spread: 20 }, NINETY_DAYS),
  );
});

// Another version that moved them elsewhere would renew whole fleets at an update.
pureTest("a spread renewal stays at its moment, at each look and in each version", () => {
  const cases: [string, number, string][] = [
    [SERIAL, 0, "2026-12-31T00:00:00.000Z"],
    [SERIAL, 20, "2026-12-31T11:13:26.155Z"],
    [SERIAL, 50, "2027-01-01T04:03:35.389Z"],
    [SERIAL.replace(/6$/, "7"), 20, "2027-01-05T22:47:07.687Z"],
    ["01", 20, "2027-01-05T15:46:59.672Z"],
  ];
  for (const [serial, spread, start] of cases) {
    for (let look = 0; look < 3; look++) {
      const certificate = { ...NINETY_DAYS, serial };
      assert.equal(renewalStart({ renew: THIRTY_DAYS, spread }, certificate).toISOString(), start);
    }
  }
});

pureTest("a certificate as it is read from a file is moved by its serial", async () => {
  const { pem } = await makeCertificatePem("web.example.com", {
    serial: SERIAL.replaceAll(":", ""),
  });
  const rule = { renew: THIRTY_DAYS, spread: 20 };
  assert.deepEqual(renewalStart(rule, parseCertificate(pem)), renewalStart(rule, NINETY_DAYS));
});

pureTest("a renewal is never moved to before its window, nor by the whole spread", () => {
  const random = makeRandom(1);
  for (const spread of [1, 20, 50, 80]) {
    for (let count = 0; count < 1_000; count++) {
      const moved = movedBy(spread, randomSerial(random));
      assert.ok(moved >= 0 && moved < 30 * DAY * spread / 100, `${spread}%: ${moved} s`);
    }
  }
});

const NEIGHBOURS = randomSerial(makeRandom(2)).slice(0, -"00:00".length);

const SERIALS: Readonly<Record<string, (count: number) => string>> = {
  "random serials": serialsOf(3),
  "serials that count from 1": (count) => hex(count + 1),
  "long serials of which the end counts": (count) => `${NEIGHBOURS}${hex(0x1000 + count)}`,
};

for (const [which, serialAt] of Object.entries(SERIALS)) {
  pureTest(`renewals are spread evenly over 10,000 ${which}`, () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let count = 0; count < 10_000; count++) {
      const moved = movedBy(20, serialAt(count));
      const tenth = Math.floor(moved / (6 * DAY) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    assert.equal(tenths.length, 10);
    // By chance a tenth holds 1,000 with a standard deviation of 30.
    for (const held of tenths) assert.ok(held > 880 && held < 1_120, tenths.join(" "));
  });
}

/** Seconds by which a renewal is moved. */
function movedBy(spread: number, serial: string): number {
  const start = renewalStart({ renew: THIRTY_DAYS, spread }, { ...NINETY_DAYS, serial });
  return (start.getTime() - THIRTY_DAYS_BEFORE.getTime()) / 1000;
}

function serialsOf(seed: number): () => string {
  const random = makeRandom(seed);
  return () => randomSerial(random);
}

/** Whole bytes in the form of `parseCertificate()`. */
function hex(serial: number): string {
  const digits = serial.toString(16);
  return (digits.padStart(digits.length + digits.length % 2, "0").match(/../g) ?? []).join(":");
}
