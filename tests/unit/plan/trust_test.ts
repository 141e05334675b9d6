/** When a trust entry is due, by its own content. */
import assert from "node:assert/strict";
import type { TrustSource, TrustSpec } from "../../../lib/config/types.ts";
import type { TrustObservation } from "../../../lib/observe/types.ts";
import { plan } from "../../../lib/plan/plan.ts";
import { assessStatus } from "../../../lib/report/verdict.ts";
import {
  after,
  DAY,
  makeConfig,
  makeObserved,
  makeSpec,
  NOW,
  observationOf,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const BUNDLE: TrustSource = { kind: "ca_bundle", paths: ["pki"], refresh: 86_400 };
const CRL: TrustSource = { kind: "crl", paths: ["pki"], refresh: 86_400 };
const HOUR = 3_600;
const ABSENT = { kind: "absent" } as const;

type Whole = Extract<TrustObservation, { readonly kind: "whole" }>;

/** @param at Seconds from now, when the server was asked. */
function bundle(at: number, parts: Partial<Whole> = {}): Whole {
  return {
    kind: "whole",
    at: after(at),
    isDesired: true,
    crls: [],
    end: after(900 * DAY),
    ...parts,
  };
}

/** A CRL of 72 hours, of which so many are over; the server was asked so many hours ago. */
function crl(over: number, asked: number, parts: Partial<Whole> = {}): Whole {
  const [notBefore, notAfter] = [after(-over * HOUR), after((72 - over) * HOUR)];
  const crls = [{ issuer: "Root", notBefore, notAfter }];
  return bundle(-asked * HOUR, { crls, end: notAfter, ...parts });
}

function planOf(source: TrustSource, trust: TrustObservation) {
  const spec: TrustSpec = { name: "ca", source, targets: [], services: [], windows: [] };
  const set = { leaf: ABSENT, key: ABSENT, chain: ABSENT, fullchain: ABSENT, ca: ABSENT };
  const observed = makeObserved(makeSpec({ name: "ca", targets: [] }), { stored: set, trust });
  const config = { ...makeConfig([]), trust: [spec] };
  return plan(config, config.trust, observationOf([observed]), NOW);
}

/** Why it is due, and the status of `vcm check`. */
function dueOf(source: TrustSource, trust: TrustObservation) {
  const made = planOf(source, trust);
  const due = made.certificates[0]?.due?.reason;
  assert.equal(made.steps.length > 0, due !== undefined);
  return [due, assessStatus(made)];
}

pureTest("a bundle is due when its refresh is over, or its source was changed", () => {
  assert.deepEqual(dueOf(BUNDLE, bundle(-86_399)), [undefined, "fine"]);
  assert.deepEqual(dueOf(BUNDLE, bundle(-86_400)), ["in-renewal-window", "due"]);
  assert.deepEqual(dueOf(BUNDLE, bundle(0, { isDesired: false })), ["issuer-differs", "due"]);
  // The clock was set back.
  assert.deepEqual(dueOf(BUNDLE, bundle(60)), ["in-renewal-window", "due"]);
  assert.deepEqual(dueOf(BUNDLE, ABSENT), ["missing", "broken"]);
  assert.deepEqual(dueOf(BUNDLE, { kind: "damaged", problem: "contains no certificate" }), [
    "unparsable",
    "broken",
  ]);
});

pureTest("a CRL is due at a half, three quarters and seven eighths of its validity", () => {
  const cases: readonly (readonly [number, number, boolean])[] = [
    [35, 35, false],
    [36, 35, true],
    // The server was asked at the half, and had no newer one.
    [40, 4, false],
    [53, 17, false],
    [54, 18, true],
    [55, 1, false],
    [62, 8, false],
    [63, 9, true],
    [67, 3, false],
    [67.5, 4.4, true],
  ];
  for (const [over, asked, isDue] of cases) {
    const expected = isDue ? ["in-renewal-window", "due"] : [undefined, "fine"];
    assert.deepEqual(dueOf(CRL, crl(over, asked)), expected, `${over} ${asked}`);
  }
  assert.deepEqual(dueOf(CRL, crl(72, 0)), ["expired", "broken"]);
  assert.deepEqual(dueOf(CRL, crl(500, 0)), ["expired", "broken"]);
});

pureTest("the next time is told, and the first of several CRLs decides", () => {
  const whole = crl(10, 10);
  const soon = { issuer: "Other", notBefore: after(-HOUR), notAfter: after(3 * HOUR) };
  const both = { ...whole, crls: [...whole.crls, soon] };
  assert.deepEqual(planOf(CRL, whole).certificates[0]?.renewAt, after(26 * HOUR));
  assert.deepEqual(planOf(CRL, both).certificates[0]?.renewAt, after(HOUR));
});

pureTest("a CRL that is valid for years is asked for after a week", () => {
  const crls = [{ issuer: "Root", notBefore: after(-DAY), notAfter: after(9_000 * DAY) }];
  assert.deepEqual(dueOf(CRL, bundle(-7 * DAY + 1, { crls })), [undefined, "fine"]);
  assert.deepEqual(dueOf(CRL, bundle(-7 * DAY, { crls })), ["in-renewal-window", "due"]);
});

pureTest("a CRL without length of time is due, and nothing hangs", () => {
  const crls = [{ issuer: "Root", notBefore: NOW, notAfter: NOW }];
  assert.deepEqual(dueOf(CRL, crl(0, 0, { crls })), ["expired", "broken"]);
});
