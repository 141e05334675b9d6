import assert from "node:assert/strict";
import type { RenewalWindow } from "../../../../lib/certificate/types.ts";
import {
  findMisfit,
  gapOf,
  intervalFor,
  INTERVALS,
  tightestRenewal,
} from "../../../../lib/tools/install/run_interval.ts";
import { makeSpec } from "../../../support/fixtures.ts";
import { pureTest } from "../../../support/pure_test.ts";

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];

function renewing(name: string, renew: RenewalWindow, ttl?: number, spread = 0) {
  return { ...makeSpec({ name }), renew, spread, ttl };
}

const half = { kind: "share", percent: 50 } as const;
const third = { kind: "share", percent: 100 / 3 } as const;

function intervalOf(renew: RenewalWindow, ttl: number, spread = 0): number {
  return intervalFor(tightestRenewal([renewing("a", renew, ttl, spread)], () => undefined));
}

pureTest("the interval follows the shortest renewal window, from a minute to an hour", () => {
  const cases = [
    [90 * DAY, third, HOUR],
    [DAY, third, HOUR],
    [12 * HOUR, third, HOUR],
    [11 * HOUR, third, 30 * MINUTE],
    [2 * HOUR, third, 10 * MINUTE],
    [HOUR, third, 5 * MINUTE],
    [10 * MINUTE, half, MINUTE],
    // Longer than the lifetime: a third of it.
    [HOUR, { kind: "duration", seconds: 30 * DAY }, 5 * MINUTE],
  ] as const;
  for (const [ttl, renew, expected] of cases) {
    assert.equal(intervalOf(renew, ttl), expected, `${ttl}`);
  }
});

pureTest("three runs fit into each window for which there is an interval, with all delays", () => {
  for (let seconds = 228; seconds < 5 * HOUR; seconds += 7) {
    const tight = { name: "a", seconds };
    const interval = intervalFor(tight);
    assert.ok(3 * gapOf(interval) <= seconds, `${seconds}`);
    assert.equal(findMisfit(gapOf(interval), tight), undefined);
    const longer = [...INTERVALS.values()].find((one) => one > interval);
    assert.ok(longer === undefined || 3 * gapOf(longer) > seconds, `${seconds}`);
  }
});

pureTest("the part of a window over which renewals are spread is not left for the last one", () => {
  assert.equal(intervalOf(third, DAY), HOUR);
  assert.equal(intervalOf(third, DAY, 80), 20 * MINUTE);
});

pureTest(
  "a lifetime that the server shortened counts, and so does a shorter one in the file",
  () => {
    const specs = [renewing("a", third, 30 * DAY), renewing("b", third)];
    const stored = (seconds: number) => ({ name }: { readonly name: string }) =>
      name === "b" ? { notBefore: new Date(0), notAfter: new Date(seconds * 1000) } : undefined;
    assert.deepEqual(tightestRenewal(specs, stored(3 * HOUR)), { name: "b", seconds: HOUR });
    assert.equal(tightestRenewal(specs, stored(90 * DAY))?.name, "a");
    // Of an unknown lifetime only a window in units of time says something.
    assert.equal(intervalFor(tightestRenewal([renewing("a", third)], () => undefined)), HOUR);
    const fixed = { kind: "duration", seconds: HOUR } as const;
    assert.equal(tightestRenewal([renewing("a", fixed)], () => undefined)?.seconds, HOUR);
    assert.equal(tightestRenewal([], () => undefined), undefined);
  },
);

pureTest(
  "runs that are too far apart are named with the certificate, and whether it expires",
  () => {
    const tight = { name: "web", seconds: 20 * MINUTE };
    assert.deepEqual(findMisfit(76 * MINUTE, tight), {
      message:
        'runs can be 1h 16m apart, and "web" must be renewed within 20m: it can expire between two runs',
      expires: true,
      isTooTight: false,
    });
    assert.match(
      findMisfit(10 * MINUTE, tight)?.message ?? "",
      /10m apart, and "web" must be renewed within 20m: 3 runs must fit into that time$/,
    );
    assert.equal(findMisfit(MINUTE, { name: "web", seconds: 100 })?.isTooTight, true);
  },
);
