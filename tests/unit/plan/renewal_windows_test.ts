/** Renewals wait for their maintenance window, as long as they can. */
import assert from "node:assert/strict";
import type { CertificateSpec } from "../../../lib/config/types.ts";
import { EVERYTHING, type Selection } from "../../../lib/plan/selection.ts";
import type { CertificateObservation } from "../../../lib/observe/types.ts";
import type { Plan } from "../../../lib/plan/types.ts";
import type { StoredSet } from "../../../lib/store/types.ts";
import { assessStatus } from "../../../lib/report/verdict.ts";
import {
  ABSENT,
  after,
  DAY,
  makeCertificate,
  makeObserved,
  makeSpec,
  makeStored,
  present,
} from "../../support/fixtures.ts";
import { OPENS, planOf, SATURDAY, SATURDAY_OPENS, windowsOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

interface Given {
  readonly stored?: StoredSet;
  readonly spec?: Partial<CertificateSpec>;
  readonly observed?: Partial<CertificateObservation>;
  readonly selection?: Selection;
  readonly zone?: string;
}

/** A certificate that ends in 10 days, to be renewed on Saturdays. */
function planFor(given: Given = {}): Plan {
  const { stored = endingIn(10), selection = EVERYTHING, zone = "UTC" } = given;
  const spec = makeSpec({ windows: SATURDAY, ...given.spec });
  const observed = makeObserved(spec, { stored, ...given.observed });
  return planOf([spec], [observed], { selection, zone });
}

function endingIn(days: number): StoredSet {
  return makeStored({}, makeCertificate({ notAfter: after(days * DAY) }));
}

pureTest("a renewal waits for its window, and that is fine", () => {
  // Due since Monday.
  const made = planFor({ spec: { renew: { kind: "duration", seconds: 11 * DAY } } });
  assert.deepEqual(made.steps, []);
  const [state] = made.certificates;
  const why = "it expires in 10d (2026-12-11 10:00 UTC), inside its renewal window of 11d";
  assert.deepEqual(state?.due, { reason: "in-renewal-window", detail: why });
  assert.deepEqual(state?.waits, {
    until: SATURDAY_OPENS,
    late: false,
    detail: `${OPENS}: ${why}`,
  });
  assert.equal(assessStatus(made), "fine");
});

pureTest("a renewal that a window has gone by without is due, and says so", () => {
  const made = planFor();
  const waits = made.certificates[0]?.waits;
  assert.equal(
    waits?.detail,
    `${OPENS}; the window of 2026-11-28 02:00 UTC was missed: ` +
      "it expires in 10d (2026-12-11 10:00 UTC), inside its renewal window of 14d",
  );
  assert.equal(assessStatus(made), "due");
});

pureTest(
  "a renewal does not wait if the certificate would end before the window is over",
  () => {
    const stored = makeStored(
      {},
      makeCertificate({ notAfter: new Date("2026-12-05T03:30:00Z") }),
    );
    const made = planFor({ stored });
    const [step] = made.steps;
    assert.equal(
      step?.kind === "issue" && step.due.detail,
      "it expires in 3d 17h (2026-12-05 03:30 UTC), inside its renewal window of 14d; VCM does not " +
        `wait, although ${OPENS}: the certificate would then be too close to its expiry`,
    );
    assert.equal(made.certificates[0]?.waits, undefined);
    assert.equal(assessStatus(made), "due");
  },
);

pureTest("a chain that ends before the window is over does not wait either", () => {
  const notAfter = new Date("2026-12-03T00:00:00Z");
  const made = planFor({ stored: makeStored({ chainEnd: { notAfter, name: "Example CA" } }) });
  const [step] = made.steps;
  assert.match(
    step?.kind === "issue" ? step.due.detail : "",
    /; VCM does not wait, although its window \(Sat 02:00-04:00\) opens .*: the certificate would then be too close to its expiry$/,
  );
});

pureTest("a renewal acts without a word while its window is open, or without one", () => {
  const why = "it expires in 10d (2026-12-11 10:00 UTC), inside its renewal window of 14d";
  for (const open of [[], windowsOf("09:00-11:00")]) {
    const made = planFor({ spec: { windows: open } });
    const [step] = made.steps;
    assert.equal(step?.kind === "issue" && step.due.detail, why);
    assert.equal(assessStatus(made), "due");
  }
});

pureTest("a renewal waits in one zone and acts in another, at the same instant", () => {
  const spec = { windows: windowsOf("11:00-12:00") };
  const kinds = (zone: string) => planFor({ spec, zone }).steps.map(({ kind }) => kind);
  assert.deepEqual(kinds("UTC"), []);
  assert.deepEqual(kinds("Europe/Berlin"), ["issue"]);
});

pureTest("what is missing, broken or expired waits for nothing", () => {
  const sets: Record<string, StoredSet> = {
    missing: makeStored({ leaf: ABSENT, key: ABSENT }),
    unparsable: makeStored({ leaf: present({ kind: "unparsable", problem: "is cut" }) }),
    "key-missing": makeStored({ key: ABSENT }),
    "key-unparsable": makeStored({ key: present("unparsable") }),
    "key-mismatch": makeStored({ key: present("mismatch") }),
    "chain-mismatch": makeStored({ fullchain: present("other-leaf") }),
    "chain-incomplete": makeStored({ chain: present({ kind: "incomplete", problem: "ends" }) }),
    expired: endingIn(-1),
  };
  for (const [reason, stored] of Object.entries(sets)) {
    const made = planFor({ stored });
    const [step] = made.steps;
    assert.equal(step?.kind === "issue" && step.due.reason, reason);
    assert.doesNotMatch(step?.kind === "issue" ? step.due.detail : "", /window/, reason);
    assert.equal(made.certificates[0]?.waits, undefined, reason);
    assert.equal(assessStatus(made), "broken", reason);
  }
});

pureTest("a newly requested change waits", () => {
  const stored = endingIn(60);
  const cases: [string, Partial<CertificateSpec>][] = [
    ["names-differ", { dnsSans: ["new.example.com"] }],
    ["issuer-differs", { issuer: "Another CA" }],
  ];
  for (const [reason, spec] of cases) {
    const made = planFor({ stored, spec });
    const [state] = made.certificates;
    assert.deepEqual(made.steps, [], reason);
    assert.deepEqual([state?.due?.reason, state?.waits?.until], [reason, SATURDAY_OPENS]);
    assert.equal(state?.waits?.detail, `${OPENS}: ${state?.due?.detail}`);
    assert.equal(assessStatus(made), "fine");
  }
});

pureTest("--force waits for nothing", () => {
  const selection = { ...EVERYTHING, force: true };
  const made = planFor({ selection });
  assert.equal(made.certificates[0]?.waits, undefined);
  const [step] = made.steps;
  assert.equal(
    step?.kind === "issue" && step.due.detail,
    "it expires in 10d (2026-12-11 10:00 UTC), inside its renewal window of 14d",
  );
  const fresh = planFor({ selection, stored: endingIn(60) });
  assert.deepEqual(fresh.steps.map(({ kind }) => kind), ["issue"]);
});

pureTest("the rest is fixed at once while a renewal waits", () => {
  const made = planFor({ observed: { interrupted: true, exposedKey: 0o644 } });
  assert.deepEqual(made.steps.map(({ kind }) => kind), ["recover"]);
  assert.equal(made.certificates[0]?.waits?.until.getTime(), SATURDAY_OPENS.getTime());
  assert.equal(assessStatus(made), "due");
});
