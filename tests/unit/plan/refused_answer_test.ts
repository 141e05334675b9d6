/** When a plan asks again after answers that issued certificates which cannot be used. */
import assert from "node:assert/strict";
import { nextTry } from "../../../lib/plan/refused_answer.ts";
import { EVERYTHING } from "../../../lib/plan/selection.ts";
import type { IssueStep, Plan } from "../../../lib/plan/types.ts";
import type { CertificateSpec } from "../../../lib/config/types.ts";
import { checkText } from "../../../lib/report/check_text.ts";
import { paint } from "../../../lib/report/paint.ts";
import { planText } from "../../../lib/report/plan_text.ts";
import { assessStatus } from "../../../lib/report/verdict.ts";
import type { RefusedAnswer } from "../../../lib/store/types.ts";
import {
  after,
  makeCertificate,
  makeObserved,
  makeSpec,
  NOW,
  present,
} from "../../support/fixtures.ts";
import { planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const SPEC = makeSpec({ name: "a" });
const MISSING = { stored: { leaf: { kind: "absent" } } } as const;

const issueOf = (made: Plan) => made.steps.find((step): step is IssueStep => step.kind === "issue");
const kinds = ({ steps }: Plan) => steps.map(({ kind }) => kind);

/** What is recorded of the request for a certificate. */
function entryOf(spec: CertificateSpec = SPEC): string {
  return issueOf(planOf([spec], [due("missing", undefined, spec)]))?.ifRefused.entry ?? "";
}

/** A certificate that is missing, or valid for so many seconds and to be renewed. */
function due(left: "missing" | number, refused?: Partial<RefusedAnswer>, spec = SPEC) {
  const seen = makeObserved(spec);
  const stored = left === "missing"
    ? { ...seen.stored, ...MISSING.stored, key: { kind: "absent" } as const }
    : {
      ...seen.stored,
      leaf: present({
        kind: "certificate" as const,
        certificate: makeCertificate({ notBefore: after(-90 * DAY), notAfter: after(left) }),
      }),
    };
  const value = { at: after(-60), count: 1, reason: "its key is rsa-2048", ...refused };
  return { ...seen, stored, ...(refused && { refused: present(value) }) };
}

pureTest("nextTry() doubles from 1 h to 24 h, and keeps to a quarter of what is left", () => {
  const hours = (count: number, left?: number) =>
    (nextTry({ at: NOW, count, reason: "" }, left === undefined ? undefined : after(left))
      .getTime() -
      NOW.getTime()) / 3_600_000;
  assert.deepEqual([1, 2, 3, 4, 5, 6, 99, 1e9].map((n) => hours(n)), [1, 2, 4, 8, 16, 24, 24, 24]);
  assert.deepEqual([hours(6, 60 * HOUR), hours(6, 8 * HOUR), hours(1, 2 * HOUR)], [15, 2, 0.5]);
  assert.equal(hours(2, -HOUR), 2, "what had expired before bounds nothing");
});

pureTest("nothing is asked for until the next try, and then its reason says what happened", () => {
  for (const left of ["missing", 5 * DAY] as const) {
    const early = planOf([SPEC], [due(left, { at: after(-HOUR + 1), entry: entryOf() })]);
    assert.equal(issueOf(early), undefined);
    assert.equal(early.certificates[0]?.refused?.next.toString(), after(1).toString());
    assert.equal(early.certificates[0]?.blocked[0]?.kind, "refused");
    const again = planOf([SPEC], [due(left, { at: after(-HOUR), entry: entryOf() })]);
    assert.equal(issueOf(again)?.ifRefused.count, 1);
    assert.deepEqual(again.certificates[0]?.blocked, []);
    assert.match(
      issueOf(again)?.due.detail ?? "",
      /; 1 certificate was issued in vain, at 2026-12-01 09:00 UTC: its key is rsa-2048$/,
    );
  }
});

pureTest("check, status and plan say when the next try is, and what tries now", () => {
  const made = planOf([SPEC], [due("missing", { count: 3 })]);
  const line =
    "its key is rsa-2048; 3 certificates were issued in vain, the last at 2026-12-01 09:59 " +
    "UTC; the next try is from 2026-12-01 13:59 UTC; to try earlier: vcm issue --force a";
  assert.ok(checkText(made, paint(false), false).includes(`\na: ${line}\n`));
  assert.ok(planText(made, paint(false), false).includes(`\n  blocked  ${line}\n`));
});

pureTest("the status follows the stored certificate, and warns while that is valid", () => {
  assert.equal(assessStatus(planOf([SPEC], [due("missing", {})])), "broken");
  assert.equal(assessStatus(planOf([SPEC], [due(-DAY, {})])), "broken");
  assert.equal(assessStatus(planOf([SPEC], [due(5 * DAY, {})])), "due");
});

pureTest("a change of the request asks at once and counts from the start", () => {
  const entry = entryOf();
  const changes: Partial<CertificateSpec>[] = [
    { role: "other" },
    { ttl: 86_400 },
    { dnsSans: ["b.example.com"] },
    { key: { origin: "local", type: "ec-256", reuse: false } },
    { renew: { kind: "duration", seconds: HOUR } },
    { issuer: "Another CA" },
    { pki: "pki_other" },
  ];
  for (const change of changes) {
    const spec = { ...SPEC, ...change };
    const made = planOf([spec], [due("missing", { entry, count: 4 }, spec)]);
    assert.equal(issueOf(made)?.ifRefused.count, 0, JSON.stringify(change));
  }
  const same: Partial<CertificateSpec>[] = [{ keep: 3 }, { services: [] }, { spread: 20 }];
  for (const change of same) {
    const spec = { ...SPEC, ...change };
    assert.equal(issueOf(planOf([spec], [due("missing", { entry }, spec)])), undefined);
  }
});

pureTest("--force asks at once and goes on counting", () => {
  const selection = { ...EVERYTHING, force: true };
  const made = planOf([SPEC], [due("missing", { count: 4, entry: entryOf() })], { selection });
  assert.equal(issueOf(made)?.ifRefused.count, 4);
  assert.deepEqual(made.certificates[0]?.blocked, []);
});

pureTest("a clock that was set back, and a record of long ago, do not keep it waiting", () => {
  for (const at of [after(1), after(9000 * DAY), after(-7 * DAY), after(-9000 * DAY)]) {
    const made = planOf([SPEC], [due("missing", { at, count: 40 })]);
    assert.equal(issueOf(made)?.ifRefused.count, 0, at.toString());
  }
});

pureTest("what is stored is deployed while the request waits", () => {
  const spec = makeSpec({ name: "a", targets: [{ what: "cert", path: "/x", createDirs: false }] });
  const seen = due(5 * DAY, {}, spec);
  const targets = seen.targets.map((target) => ({ ...target, file: { kind: "absent" } as const }));
  assert.deepEqual(kinds(planOf([spec], [{ ...seen, targets }])), ["deploy"]);
  const { blocked } = planOf([spec], [{ ...due("missing", {}, spec), targets }]).certificates[0] ??
    {};
  assert.deepEqual(blocked?.map(({ kind }) => kind), ["refused"]);
});

pureTest("a try that a maintenance window puts off is told with the time of the window", () => {
  const windows = [{ text: "02:00-04:00", days: [1, 2, 3, 4, 5, 6, 7], from: 120, to: 240 }];
  const spec = { ...SPEC, windows };
  const early = planOf([spec], [due(9 * DAY, { at: after(-60) }, spec)]).certificates[0];
  assert.equal(new Date(early?.refused?.next ?? 0).toISOString(), "2026-12-02T02:00:00.000Z");
  const late = planOf([spec], [due(9 * DAY, { at: after(-2 * HOUR) }, spec)]);
  assert.equal(late.certificates[0]?.waits?.late, true);
  assert.match(late.certificates[0]?.waits?.detail ?? "", /issued in vain/);
  assert.equal(assessStatus(late), "due");
});

pureTest("a record is removed once its certificate is not due, and that alone is in order", () => {
  const refused = present({ at: after(-60), count: 2, reason: "x" });
  const made = planOf([SPEC], [{ ...makeObserved(SPEC), refused }]);
  assert.deepEqual([kinds(made), assessStatus(made)], [["forget"], "fine"]);
  const deploys = { issue: false, deploy: true, services: true, force: false };
  assert.deepEqual(
    kinds(planOf([SPEC], [{ ...makeObserved(SPEC), refused }], { selection: deploys })),
    [],
  );
});

pureTest("a record of a certificate that is in no file goes after a week", () => {
  const of = (at: Date) => [{ name: "gone", refused: { at, count: 1, reason: "x" } }];
  const made = (at: Date) => kinds(planOf([SPEC], undefined, { foreignRefused: of(at) }));
  assert.deepEqual(made(after(-DAY)), [], "another file may name it");
  assert.deepEqual(made(after(-8 * DAY)), ["forget"]);
});

pureTest("a record that cannot be read blocks, as anything in the store does", () => {
  const refused = { kind: "unreadable", problem: "no" } as const;
  const made = planOf([SPEC], [{ ...due("missing"), refused }]);
  assert.deepEqual([kinds(made), made.certificates[0]?.blocked[0]?.message], [[], "no"]);
});
