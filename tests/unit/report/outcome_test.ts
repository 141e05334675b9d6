/** What a run came to, in figures, in a line and as an exit status. */
import assert from "node:assert/strict";
import type { ApplyEvent } from "../../../lib/apply/events.ts";
import { foldOutcome, type Outcome } from "../../../lib/report/outcome.ts";
import { paint } from "../../../lib/report/paint.ts";
import { eventLevel, eventText } from "../../../lib/report/event_text.ts";
import { runText } from "../../../lib/report/run_text.ts";
import { EXIT_CHANGED } from "../../../lib/report/exit_status.ts";
import { outcomeStatus, planStatus } from "../../../lib/report/verdict.ts";
import { makeIssue, makePlan, makeServiceStep, makeState } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const PLAN = makePlan([makeState("a"), makeState("b")]);
const NOTHING: Outcome = {
  issued: 0,
  deployed: 0,
  acted: 0,
  recovered: 0,
  failed: [],
  skipped: [],
};
const entry = { subject: "a", message: "no" };
const IMPOSSIBLE = { kind: "impossible", message: "no" } as const;
const WAITS = { until: new Date("2026-12-05T02:00:00Z"), late: false, detail: "its window opens" };

const deployed = (certificate: string, path: string): ApplyEvent => ({
  kind: "deployed",
  certificate,
  what: "cert",
  path,
  drift: [{ kind: "renewed" }],
});
const REVERTED: ApplyEvent = {
  kind: "rolled-back",
  certificate: "a",
  service: "nginx.service",
  paths: ["/a.crt", "/a.key"],
};
const FAULT: ApplyEvent = {
  kind: "failed",
  step: "service",
  subject: "nginx.service",
  message: `"nginx -t" ended with 1`,
};

pureTest("files that were rolled back do not count as deployed", () => {
  const events = [deployed("a", "/a.crt"), deployed("a", "/a.key"), deployed("b", "/b.crt")];
  assert.equal(foldOutcome(PLAN, events).deployed, 3);
  const outcome = foldOutcome(PLAN, [...events, REVERTED, FAULT]);
  assert.deepEqual(outcome, {
    ...NOTHING,
    deployed: 1,
    failed: [{ subject: "nginx.service", message: `"nginx -t" ended with 1` }],
  });
  assert.equal(
    runText(PLAN, outcome, paint(false)),
    `failed  nginx.service: "nginx -t" ended with 1\n` +
      "Done: 0 issued, 1 file deployed, 0 service actions; 1 failed, 0 skipped\n",
  );
  assert.equal(outcomeStatus(outcome, true), 1);
});

pureTest("foldOutcome() counts recovered and cleared as one", () => {
  const events: ApplyEvent[] = [
    { kind: "recovered", certificate: "a", detail: "an interrupted run left temporary files" },
    { kind: "cleared", service: "nginx.service", detail: "it loaded them" },
    { kind: "acted", service: "mail.service", action: "signal HUP" },
  ];
  assert.deepEqual(foldOutcome(PLAN, events), { ...NOTHING, recovered: 2, acted: 1 });
});

pureTest("eventText() says which files were rolled back, and for whom", () => {
  const cases: [ApplyEvent, string][] = [
    [REVERTED, 'a: rolled back /a.crt, /a.key, because "validate" of nginx.service failed'],
    [
      { kind: "acted", service: "pid_file:stunnel", action: "signal HUP" },
      "pid_file:stunnel: signal HUP done",
    ],
    [
      { kind: "acted", service: "command:gateway", action: "command" },
      "command:gateway: command done",
    ],
  ];
  for (const [event, text] of cases) {
    assert.deepEqual([eventLevel(event), eventText(event)], ["info", text]);
  }
});

pureTest("a run distinguishes changes from none only with --detailed-exitcode", () => {
  assert.equal(EXIT_CHANGED, 10);
  const cases: [Partial<Outcome>, number, number][] = [
    [{}, 0, 0],
    [{ skipped: [entry] }, 0, 0],
    [{ issued: 1 }, 0, 10],
    [{ deployed: 1 }, 0, 10],
    [{ acted: 1 }, 0, 10],
    [{ recovered: 1 }, 0, 10],
    [{ failed: [entry] }, 1, 1],
    [{ issued: 5, acted: 1, failed: [entry] }, 1, 1],
  ];
  for (const [parts, plain, detailed] of cases) {
    const outcome = { ...NOTHING, ...parts };
    assert.deepEqual(
      [outcomeStatus(outcome, false), outcomeStatus(outcome, true)],
      [plain, detailed],
      JSON.stringify(parts),
    );
  }
});

pureTest("a plan distinguishes changes from none only with --detailed-exitcode", () => {
  const waiting = makeState("a", {
    due: { reason: "in-renewal-window", detail: "" },
    waits: WAITS,
  });
  const blocked = makeState("a", { blocked: [IMPOSSIBLE] });
  const clear = { kind: "clear", service: "nginx.service", detail: "" } as const;
  const unseen = { service: "nginx.service", certificates: ["a"], problem: "refused" };
  const cases: [ReturnType<typeof makePlan>, number][] = [
    [PLAN, 0],
    [makePlan([waiting], [], [{ ...unseen, waits: WAITS }]), 0],
    [makePlan([makeState("a")], [makeIssue("a", "")]), 10],
    [makePlan([makeState("a")], [makeServiceStep()]), 10],
    [makePlan([makeState("a")], [clear]), 10],
    [makePlan([blocked]), 1],
    [makePlan([blocked, makeState("b")], [makeIssue("b", "")]), 1],
  ];
  for (const [plan, detailed] of cases) {
    assert.deepEqual([planStatus(plan, false), planStatus(plan, true)], [0, detailed]);
  }
});
