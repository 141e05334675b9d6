import assert from "node:assert/strict";
import { plan } from "../../../lib/plan/plan.ts";
import { EVERYTHING } from "../../../lib/plan/selection.ts";
import { DUE_REASONS, type DueReason, type Step } from "../../../lib/plan/types.ts";
import {
  CHECK_STATUS,
  EXIT_FAILED,
  EXIT_LOCKED,
  EXIT_OK,
  EXIT_UNKNOWN,
  EXIT_USAGE,
  judgeStanding,
  outcomeStatus,
} from "../../../lib/report/verdict.ts";
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
  kind: "tidy",
  certificate: "a",
  store: true,
  unjudged: [],
  leftovers: [],
  detail: "an interrupted run left something",
  closeKey: false,
} as Step;
const SETTLE: Step = { kind: "settle", service: "u.service", detail: "" };

pureTest("exit statuses are those of the manual", () => {
  assert.deepEqual([EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_UNKNOWN, EXIT_LOCKED], [0, 1, 2, 3, 75]);
  assert.deepEqual(CHECK_STATUS, { fine: 0, due: 1, broken: 2, unknown: 3 });
});

pureTest("judgeStanding() is fine where nothing is to be done but to settle", () => {
  assert.equal(judgeStanding(makePlan([])), "fine");
  assert.equal(judgeStanding(makePlan([makeState("a")])), "fine");
  assert.equal(judgeStanding(makePlan([makeState("a")], [SETTLE])), "fine");
});

pureTest("judgeStanding() tells what hurts now from what hurts some day", () => {
  const someDay: DueReason[] = [
    "names-differ",
    "key-differs",
    "issuer-differs",
    "in-renewal-window",
    "forced",
  ];
  for (const reason of DUE_REASONS) {
    const expected = someDay.includes(reason) ? "due" : "broken";
    assert.equal(judgeStanding(issue(reason)), expected, reason);
  }
});

pureTest("judgeStanding() calls a missing file broken, and another difference due", () => {
  assert.equal(judgeStanding(makePlan([target("missing")], [STEP])), "broken");
  assert.equal(judgeStanding(makePlan([target("content")], [STEP])), "due");
});

pureTest("judgeStanding() calls fine what waits for a window, and nothing that hurts", () => {
  const waits = { until: new Date("2026-12-05T02:00:00Z"), late: false, detail: "" };
  const waiting = { ...due("in-renewal-window"), waits };
  const debt = { reason: "owed", detail: "" } as const;
  const service = { service: "nginx.service", certificates: ["a"], debt, waits };
  assert.equal(judgeStanding(makePlan([waiting], [], [service])), "fine");
  assert.equal(judgeStanding(makePlan([waiting, due("expired")], [STEP], [service])), "broken");
  const late = { ...service, waits: { ...waits, late: true } };
  assert.equal(judgeStanding(makePlan([waiting], [], [late])), "due");
});

pureTest("judgeStanding() cannot tell where the clock or a service is in doubt", () => {
  const warned = (kind: "clock" | "window") =>
    makeState("a", { warnings: [{ kind, message: "" }] });
  const unseen = { service: "nginx.service", certificates: ["a"], problem: "refused" };
  assert.equal(judgeStanding(makePlan([warned("clock")])), "unknown");
  assert.equal(judgeStanding(makePlan([warned("window")])), "fine");
  assert.equal(judgeStanding(makePlan([makeState("a")], [], [unseen])), "unknown");
  assert.equal(judgeStanding(makePlan([due("expired")], [STEP], [unseen])), "broken");
});

pureTest("judgeStanding() calls a service broken that serves what has expired", () => {
  const plan = makePlan([makeState("a")], [makeServiceStep()]);
  const serving = (servedUntil: Date) => ({
    ...plan,
    services: [{ service: "nginx.service", certificates: ["a"], servedUntil }],
  });
  assert.equal(judgeStanding(serving(plan.at)), "broken");
  assert.equal(judgeStanding(serving(new Date(plan.at.getTime() + 1))), "due");
});

pureTest("judgeStanding() calls a service that owes due", () => {
  assert.equal(judgeStanding(makePlan([makeState("a")], [makeServiceStep()])), "due");
});

pureTest(
  "judgeStanding() cannot tell where something is unreadable, but where it is impossible",
  () => {
    assert.equal(judgeStanding(makePlan([makeState("a", { blocked: [UNREADABLE] })])), "unknown");
    assert.equal(judgeStanding(makePlan([makeState("a", { blocked: [IMPOSSIBLE] })])), "due");
  },
);

pureTest("judgeStanding() tells broken before unknown before due", () => {
  const unknown = makeState("u", { blocked: [IMPOSSIBLE, UNREADABLE] });
  const cases = [
    [[due("expired"), unknown, due("in-renewal-window")], "broken"],
    [[due("in-renewal-window"), unknown, due("expired")], "broken"],
    [[unknown, target("missing")], "broken"],
    [[due("in-renewal-window"), unknown], "unknown"],
    [[unknown, makeState("fine")], "unknown"],
  ] as const;
  for (const [states, expected] of cases) {
    assert.equal(judgeStanding(makePlan(states, [STEP])), expected);
  }
});

// Expired comes before names-differ, which does not hurt now: a SAN added in the file must not hide
// from monitoring that the certificate is expired.
pureTest("check calls an expired certificate broken though its names differ, too", () => {
  const spec = makeSpec({ dnsSans: ["new.example.com"] });
  const stored = makeStored({}, makeCertificate({ notAfter: NOW }));
  const observation = observationOf([makeObserved(spec, { stored })]);
  const made = plan(makeConfig([spec]), [spec], observation, NOW, EVERYTHING);
  assert.equal(judgeStanding(made), "broken");
});

pureTest("a run ends with 1 where something failed, and only then", () => {
  const outcome = { issued: 0, deployed: 0, acted: 0, tidied: 0, failed: [], skipped: [] };
  const shortfall = { subject: "a", message: "no" };
  assert.equal(outcomeStatus(outcome, false), 0);
  assert.equal(outcomeStatus({ ...outcome, skipped: [shortfall] }, false), 0);
  assert.equal(outcomeStatus({ ...outcome, issued: 5, failed: [shortfall] }, false), 1);
});
