import assert from "node:assert/strict";
import { plan } from "../../../lib/plan/plan.ts";
import { EVERYTHING } from "../../../lib/plan/selection.ts";
import { DUE_REASONS, type DueReason, type Step } from "../../../lib/plan/types.ts";
import {
  EXIT_FAILED,
  EXIT_LOCKED,
  EXIT_OK,
  EXIT_UNKNOWN,
  EXIT_USAGE,
} from "../../../lib/report/exit_status.ts";
import { assessStatus, CHECK_STATUS, outcomeStatus } from "../../../lib/report/verdict.ts";
import {
  makeCertificate,
  makeConfig,
  makeObserved,
  makeSpec,
  makeStored,
  NOW,
  observationOf,
} from "../../support/fixtures.ts";
import { makePlan, makeServiceStep, makeState } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const UNREADABLE = { kind: "unreadable", message: "no" } as const;
const IMPOSSIBLE = { kind: "impossible", message: "no" } as const;

const due = (reason: DueReason) => makeState("a", { due: { reason, detail: "" } });
const issue = (reason: DueReason) => makePlan([due(reason)], [STEP]);
const target = (kind: "missing" | "content") =>
  makeState("a", { targets: [{ what: "cert", path: "/x", drift: [{ kind }] }] });

const STEP = {
  kind: "recover",
  certificate: "a",
  store: true,
  pendingValidation: [],
  leftovers: [],
  detail: "an interrupted run left temporary files",
  closeKey: false,
} as Step;
const CLEAR: Step = { kind: "clear", service: "u.service", detail: "" };

pureTest("exit statuses are those of the manual", () => {
  assert.deepEqual([EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_UNKNOWN, EXIT_LOCKED], [0, 1, 2, 3, 75]);
  assert.deepEqual(CHECK_STATUS, { fine: 0, due: 1, broken: 2, unknown: 3 });
});

pureTest("assessStatus() is fine if there is only something to clear", () => {
  assert.equal(assessStatus(makePlan([])), "fine");
  assert.equal(assessStatus(makePlan([makeState("a")])), "fine");
  assert.equal(assessStatus(makePlan([makeState("a")], [CLEAR])), "fine");
});

pureTest("assessStatus() tells what hurts now from what hurts some day", () => {
  const someDay: DueReason[] = [
    "names-differ",
    "key-differs",
    "issuer-differs",
    "issued-before",
    "in-renewal-window",
    "forced",
  ];
  for (const reason of DUE_REASONS) {
    const expected = someDay.includes(reason) ? "due" : "broken";
    assert.equal(assessStatus(issue(reason)), expected, reason);
  }
});

pureTest("assessStatus() calls a missing file broken, and another difference due", () => {
  assert.equal(assessStatus(makePlan([target("missing")], [STEP])), "broken");
  assert.equal(assessStatus(makePlan([target("content")], [STEP])), "due");
});

pureTest("assessStatus() calls fine what waits for a window, and nothing that hurts", () => {
  const waits = { until: new Date("2026-12-05T02:00:00Z"), late: false, detail: "" };
  const waiting = { ...due("in-renewal-window"), waits };
  const pending = { reason: "pending", detail: "" } as const;
  const service = { service: "nginx.service", certificates: ["a"], pending, waits };
  assert.equal(assessStatus(makePlan([waiting], [], [service])), "fine");
  assert.equal(assessStatus(makePlan([waiting, due("expired")], [STEP], [service])), "broken");
  const late = { ...service, waits: { ...waits, late: true } };
  assert.equal(assessStatus(makePlan([waiting], [], [late])), "due");
});

pureTest('assessStatus() is "unknown" if the clock or a service is in doubt', () => {
  const warned = (kind: "clock" | "window") =>
    makeState("a", { warnings: [{ kind, message: "" }] });
  const unseen = { service: "nginx.service", certificates: ["a"], problem: "refused" };
  assert.equal(assessStatus(makePlan([warned("clock")])), "unknown");
  assert.equal(assessStatus(makePlan([warned("window")])), "fine");
  assert.equal(assessStatus(makePlan([makeState("a")], [], [unseen])), "unknown");
  assert.equal(assessStatus(makePlan([due("expired")], [STEP], [unseen])), "broken");
});

pureTest("assessStatus() calls a service broken that serves what has expired", () => {
  const plan = makePlan([makeState("a")], [makeServiceStep()]);
  const serving = (servedUntil: Date) => ({
    ...plan,
    services: [{ service: "nginx.service", certificates: ["a"], servedUntil }],
  });
  assert.equal(assessStatus(serving(plan.at)), "broken");
  assert.equal(assessStatus(serving(new Date(plan.at.getTime() + 1))), "due");
});

pureTest("assessStatus() calls a pending action due", () => {
  assert.equal(assessStatus(makePlan([makeState("a")], [makeServiceStep()])), "due");
});

pureTest(
  'assessStatus() is "unknown" if something is unreadable, not if it is impossible',
  () => {
    assert.equal(assessStatus(makePlan([makeState("a", { blocked: [UNREADABLE] })])), "unknown");
    assert.equal(assessStatus(makePlan([makeState("a", { blocked: [IMPOSSIBLE] })])), "due");
  },
);

pureTest("assessStatus() tells broken before unknown before due", () => {
  const unknown = makeState("u", { blocked: [IMPOSSIBLE, UNREADABLE] });
  const cases = [
    [[due("expired"), unknown, due("in-renewal-window")], "broken"],
    [[due("in-renewal-window"), unknown, due("expired")], "broken"],
    [[unknown, target("missing")], "broken"],
    [[due("in-renewal-window"), unknown], "unknown"],
    [[unknown, makeState("fine")], "unknown"],
  ] as const;
  for (const [states, expected] of cases) {
    assert.equal(assessStatus(makePlan(states, [STEP])), expected);
  }
});

// Expired comes before names-differ, which does not hurt now: a SAN added in the file must not hide
// from monitoring that the certificate is expired.
pureTest("check calls an expired certificate broken though its names differ, too", () => {
  const spec = makeSpec({ dnsSans: ["new.example.com"] });
  const stored = makeStored({}, makeCertificate({ notAfter: NOW }));
  const observation = observationOf([makeObserved(spec, { stored })]);
  const made = plan(makeConfig([spec]), [spec], observation, NOW, EVERYTHING);
  assert.equal(assessStatus(made), "broken");
});

pureTest("a run ends with 1 if something failed, and only then", () => {
  const outcome = { issued: 0, deployed: 0, acted: 0, recovered: 0, failed: [], skipped: [] };
  const entry = { subject: "a", message: "no" };
  assert.equal(outcomeStatus(outcome, false), 0);
  assert.equal(outcomeStatus({ ...outcome, skipped: [entry] }, false), 0);
  assert.equal(outcomeStatus({ ...outcome, issued: 5, failed: [entry] }, false), 1);
});
