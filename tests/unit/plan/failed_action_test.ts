/** A running service whose action failed: only a start after it clears the pending action. */
import assert from "node:assert/strict";
import { type Control, CONTROLS } from "../../../lib/config/types.ts";
import { checkPendingAction } from "../../../lib/plan/pending_action.ts";
import { EVERYTHING } from "../../../lib/plan/selection.ts";
import type { LoadRecord, PendingActionObservation } from "../../../lib/observe/types.ts";
import type { UnitState } from "../../../lib/host/types.ts";
import { assessStatus } from "../../../lib/report/verdict.ts";
import {
  after,
  makeCertificate,
  makeObserved,
  makePendingAction,
  makeService,
  makeSpec,
  makeTarget,
  NOW,
  observationOf,
} from "../../support/fixtures.ts";
import {
  checkPending,
  containerRecord,
  makeDesired,
  NOT_LOADED,
  type PendingParts,
  planOf,
  unitRecord,
  WRITTEN,
} from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

/** The pending action was written two hours ago, and the action failed an hour ago. */
const ACTED = after(-3600);
const BEFORE = ACTED.getTime() - 86_400_000;
const SINCE = after(-1800).getTime();
const WAS_UP = "but was running before the action of 2026-12-01 09:00 UTC";
const LOADED = { kind: "cleared", detail: "it loaded them 2026-12-01 09:30 UTC" };

const unit = (state: Partial<UnitState>): LoadRecord =>
  unitRecord({ changedAt: BEFORE, startedAt: BEFORE, ...state });
function check(
  record: LoadRecord | undefined,
  control: Control = "reload",
  parts: PendingParts = {},
) {
  return checkPending({ record, control, actedAt: ACTED, ...parts });
}

pureTest("what is down and was not started since stays pending, whatever its control", () => {
  const cases: [LoadRecord, string][] = [
    [unit({ active: "inactive" }), `it is inactive, ${WAS_UP}`],
    // What systemd has forgotten.
    [unit({ active: "inactive", changedAt: 0, startedAt: 0 }), `it is inactive, ${WAS_UP}`],
    [unit({ active: "inactive", startedAt: ACTED.getTime() }), `it is inactive, ${WAS_UP}`],
    // "systemctl reset-failed" changes the state, and starts nothing.
    [unit({ active: "inactive", changedAt: SINCE }), `it is inactive, ${WAS_UP}`],
    [unit({ active: "failed" }), "it has failed"],
    [unit({ load: "not-found", active: "inactive" }), "systemd has no such unit"],
    [containerRecord("stopped", BEFORE), `it is not running, ${WAS_UP}`],
    [containerRecord("stopped", ACTED.getTime()), `it is not running, ${WAS_UP}`],
    [{ kind: "process" }, `it is not running, ${WAS_UP}`],
  ];
  for (const [record, how] of cases) {
    for (const control of CONTROLS) {
      const expected = { kind: "pending", detail: `${NOT_LOADED} (${how})`, actedAt: ACTED };
      assert.deepEqual(check(record, control), expected, `${how}, ${control}`);
    }
  }
});

pureTest("what was started since has no pending action, whatever its state is now", () => {
  const units = ["active", "inactive", "failed", "deactivating", "reloading"]
    .map((active) => unit({ active, startedAt: SINCE }));
  const records = [...units, containerRecord("running", SINCE), containerRecord("stopped", SINCE)];
  for (const record of records) {
    for (const control of CONTROLS) assert.deepEqual(check(record, control), LOADED, control);
  }
  assert.deepEqual(check({ kind: "process", startedAt: SINCE }), LOADED);
});

pureTest("a unit that its manager starts again and again stays pending until it is up", () => {
  for (const control of CONTROLS) {
    const looping = unit({ active: "activating", startedAt: SINCE });
    assert.equal(check(looping, control).kind, "pending", control);
  }
});

pureTest("a start within a tick of the clock after the action is none after it", () => {
  for (const [later, kind] of [[0, "pending"], [11, "pending"], [12, "cleared"]] as const) {
    const startedAt = ACTED.getTime() + later;
    assert.equal(check(unit({ active: "inactive", startedAt })).kind, kind, `${later} ms`);
    assert.equal(check(containerRecord("stopped", startedAt)).kind, kind, `${later} ms`);
  }
});

pureTest("files that were deployed after that start are pending as ever", () => {
  const changedAt = SINCE + 60_000;
  const late = "it has not loaded the files deployed 2026-12-01 09:31 UTC";
  const verdict = (active: string, control: Control = "reload") =>
    check(unit({ active, startedAt: SINCE, changedAt: SINCE }), control, { changedAt });
  assert.deepEqual(verdict("active"), { kind: "pending", detail: late });
  assert.deepEqual(verdict("failed"), { kind: "pending", detail: `${late} (it has failed)` });
  // Somebody stopped it before them.
  assert.deepEqual(verdict("inactive"), {
    kind: "cleared",
    detail: "it is inactive and will load them when it starts",
  });
  assert.equal(verdict("inactive", "restart").kind, "pending");
});

pureTest("a service that goes on running and has loaded its files has no pending action", () => {
  assert.deepEqual(check(unit({ changedAt: SINCE })), LOADED);
  assert.equal(check(unit({ changedAt: SINCE, reloadResult: "exit-code" })).kind, "pending");
  assert.equal(check(unit({ changedAt: WRITTEN })).kind, "pending");
  assert.equal(check(undefined).kind, "pending");
});

pureTest("if its probe fails, the action is pending until it is started again", () => {
  const seen = { kind: "unreachable", problem: "Cannot connect to x:1: refused" } as const;
  const restarted = unit({ changedAt: SINCE, startedAt: ACTED.getTime() - 30_000 });
  assert.deepEqual(check(restarted, "restart", { served: seen }), {
    kind: "pending",
    detail: `${NOT_LOADED} (${seen.problem})`,
    actedAt: ACTED,
  });
  const right = { kind: "served", certificate: makeCertificate() } as const;
  assert.equal(check(restarted, "restart", { served: right }).kind, "cleared");
  assert.equal(check(unit({ startedAt: SINCE }), "restart", { served: seen }).kind, "cleared");
});

pureTest("a oneshot unit that ran to its end after the files has loaded them", () => {
  for (const control of CONTROLS) {
    const ran = { active: "inactive", ranToItsEnd: true };
    assert.deepEqual(check(unit({ ...ran, startedAt: SINCE }), control), LOADED);
    assert.equal(check(unit({ ...ran, startedAt: BEFORE }), control).kind, "pending", control);
    const { actedAt: _, ...pendingAction } = makePendingAction({
      record: unit({ ...ran, startedAt: SINCE }),
    });
    assert.deepEqual(
      checkPendingAction(pendingAction, makeDesired({ control }), observationOf([]), NOW),
      LOADED,
    );
  }
});

const A = makeSpec({
  name: "a",
  targets: [makeTarget({ path: "/a.crt" })],
  services: [makeService({ windows: [] })],
});

function planned(parts: Partial<PendingActionObservation>, selection = EVERYTHING, spec = A) {
  const pendingAction = makePendingAction({ actedAt: ACTED, ...parts });
  return planOf([spec], [makeObserved(spec)], { pendingActions: [pendingAction], selection });
}

pureTest("a closed window does not make a service fine that an action took down", () => {
  const windows = [{ text: "Sat 02:00-04:00", days: [6], from: 120, to: 240 }];
  const spec = { ...A, services: [makeService({ windows })] };
  const down = { record: unit({ active: "inactive" }), until: after(100 * 86_400) };
  const { services, steps } = planned(down, EVERYTHING, spec);
  assert.deepEqual([services[0]?.waits?.late, steps], [true, []]);
});

pureTest("plan() tells the action when an earlier one failed, also with --force", () => {
  const down = { record: unit({ active: "inactive" }) };
  for (const force of [false, true]) {
    const selection = { ...EVERYTHING, force };
    const [step] = planned(down, selection).steps.filter(({ kind }) => kind === "service");
    assert.ok(step?.kind === "service");
    assert.deepEqual(step.actedAt, ACTED, `force: ${force}`);
    const up = planned({ record: unit({ active: "failed", startedAt: SINCE }) }, selection);
    for (const step of up.steps) assert.equal("actedAt" in step, false, `force: ${force}`);
  }
  assert.equal(assessStatus(planned(down)), "due");
  assert.equal(
    assessStatus(planned({ record: unit({ active: "inactive", startedAt: SINCE }) })),
    "fine",
  );
});
