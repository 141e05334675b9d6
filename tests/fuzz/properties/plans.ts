/** Whatever is wished and seen: there is a plan, and it can be told. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { CertificateSpec } from "../../../lib/config/types.ts";
import type { RenewalWindow } from "../../../lib/certificate/types.ts";
import { plan } from "../../../lib/plan/plan.ts";
import type { CertificateObservation } from "../../../lib/observe/types.ts";
import type { Plan } from "../../../lib/plan/types.ts";
import { renewalStart } from "../../../lib/certificate/renewal.ts";
import { checkText } from "../../../lib/report/check_text.ts";
import { checkJson, planJson } from "../../../lib/report/json.ts";
import { paint } from "../../../lib/report/paint.ts";
import { planText } from "../../../lib/report/plan_text.ts";
import { planStatus } from "../../../lib/report/verdict.ts";
import { makeRandom } from "../../../scripts/simulate/random.ts";
import { makeConfig, makeStored } from "../../support/fixtures.ts";
import { inOrder, randomObservation, randomSpec } from "../../support/fixtures_random.ts";
import { outputMistakes } from "../../support/output_validator.ts";
import { fuzz } from "../fuzz.ts";

/** Moments that certificates can hold, in whole seconds (RFC 5280, 4.1.2.5). */
const moment = fc.date({
  min: new Date("1950-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59Z"),
  noInvalidDate: true,
}).map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));

const renew: fc.Arbitrary<RenewalWindow> = fc.oneof(
  fc.integer({ min: 1, max: 9_223_372_036 }).map((seconds) =>
    ({ kind: "duration", seconds }) as const
  ),
  fc.double({ min: 0.001, max: 99.999, noNaN: true }).map((percent) =>
    ({ kind: "share", percent }) as const
  ),
);

/** A look at a host: what the generators of the unit tests make of a seed, at any moment. */
const look = fc.record({
  seed: fc.integer(),
  now: fc.oneof(moment, fc.constant(new Date("2026-12-01T10:00:00Z"))),
  renew,
  spread: fc.integer({ min: 0, max: 80 }),
  notBefore: moment,
  notAfter: moment,
  zone: fc.constantFrom("UTC", "Asia/Tokyo", "America/St_Johns", "Europe/Berlin", "Pacific/Apia"),
  selection: fc.record({
    issue: fc.boolean(),
    deploy: fc.boolean(),
    services: fc.boolean(),
    force: fc.boolean(),
  }),
});

/** The same set with other dates in its certificate. */
function dated(
  seen: CertificateObservation,
  validity: { readonly notBefore: Date; readonly notAfter: Date },
): CertificateObservation {
  const { leaf } = seen.stored;
  if (leaf.kind !== "present" || leaf.value.kind !== "certificate") return seen;
  return { ...seen, stored: makeStored({}, { ...leaf.value.certificate, ...validity }) };
}

function assertTold(made: Plan): void {
  for (const text of [planText(made, paint(false), true), checkText(made, paint(false), true)]) {
    assert.doesNotMatch(text, /undefined|NaN|Invalid Date|\[object/);
  }
  assert.deepEqual(outputMistakes("plan", planJson(made)), []);
  assert.deepEqual(outputMistakes("check", checkJson(made)), []);
  assert.ok(Number.isInteger(planStatus(made, true)));
}

export const PLANS = [
  fuzz(
    "there is a plan for any desired and observed state, and it can be printed",
    look,
    (given) => {
      const { seed, now, notBefore, notAfter, zone, selection } = given;
      const random = makeRandom(seed);
      const specs = ["a", "b", "*.c"].map((name): CertificateSpec => ({
        ...randomSpec(random, name),
        renew: given.renew,
        spread: given.spread,
      }));
      const seen = { ...randomObservation(random, specs), zone };
      const certificates = seen.certificates.map((one) =>
        random() < 0.5 ? dated(one, { notBefore, notAfter }) : one
      );
      assertTold(plan(makeConfig(specs), specs, { ...seen, certificates }, now, selection));
    },
  ),
  fuzz("a certificate in order is due from the start of its window on", look, (given) => {
    const { seed, notBefore, notAfter, renew, spread } = given;
    if (notBefore >= notAfter) return;
    const spec = { ...randomSpec(makeRandom(seed), "a"), renew, spread, windows: [], services: [] };
    const seen = dated(inOrder(spec), { notBefore, notAfter });
    const start = renewalStart({ renew, spread }, { notBefore, notAfter, serial: "0a:1b:2c" });
    const dueAt = (now: Date) => {
      const observation = {
        certificates: [seen],
        pendingActions: { kind: "present", value: [] } as const,
      };
      const host = { zone: "UTC", runner: 0, ownGroups: new Map(), storeAncestors: [] };
      const none = { unclaimed: [], removed: [], foreignRefused: [], served: [] };
      const whole = { ...observation, ...none, ...host };
      return plan(makeConfig([spec]), [spec], whole, now).certificates[0]?.due?.reason;
    };
    assert.ok(start > notBefore && start <= notAfter, `the window begins ${start.toISOString()}`);
    assert.equal(dueAt(new Date(start.getTime() - 1)), undefined);
    assert.ok(
      ["in-renewal-window", "expired"].includes(dueAt(new Date(start.getTime() + 1)) ?? ""),
    );
  }),
];
