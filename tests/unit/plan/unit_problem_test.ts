/** What is wrong with a unit, and what check, status and the exit status make of it. */
import assert from "node:assert/strict";
import type { UnitState } from "../../../lib/host/types.ts";
import { type UnitProblem, unitProblem } from "../../../lib/plan/unit_problem.ts";
import { statusRows } from "../../../lib/report/status_rows.ts";
import { assessStatus } from "../../../lib/report/verdict.ts";
import {
  after,
  makeObserved,
  makePendingAction,
  makeService,
  makeSpec,
  makeUnit,
  NOW,
} from "../../support/fixtures.ts";
import { planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const ago = (seconds: number) => after(-seconds).getTime();
const AUTO = { active: "activating", sub: "auto-restart" };

pureTest("unitProblem() tells units that are down, stuck or missing from those in order", () => {
  const cases: [Partial<UnitState>, UnitProblem["kind"] | undefined][] = [
    [{}, undefined],
    [{ active: "inactive" }, undefined],
    [{ active: "inactive", load: "masked" }, undefined],
    [{ active: "activating", sub: "start" }, undefined],
    [{ active: "failed" }, "failed"],
    [{ active: "failed", load: "not-found" }, "failed"],
    [AUTO, "restarting"],
    [{ ...AUTO, sub: "auto-restart-queued" }, "restarting"],
    [{ restarts: 4, startedAt: ago(1) }, "restarting"],
    [{ restarts: 4, startedAt: ago(3) }, undefined],
    [{ restarts: 0, startedAt: ago(1) }, undefined],
    // The host's clock was set back.
    // On a busy host systemd answers some time after the run has begun.
    [{ restarts: 4, startedAt: ago(-20) }, "restarting"],
    [{ restarts: 4, startedAt: ago(-60) }, undefined],
    [{ active: "reloading", changedAt: ago(1) }, undefined],
    [{ active: "reloading", changedAt: ago(3) }, "reloading"],
    [{ load: "masked" }, "unloaded"],
    [{ load: "not-found" }, "unloaded"],
    [{ load: "bad-setting" }, "unloaded"],
    [{ load: "error", active: "reloading" }, "unloaded"],
    [{ load: "not-found", active: "inactive" }, "missing"],
  ];
  for (const [state, kind] of cases) {
    assert.equal(unitProblem(makeUnit(state), NOW, 2)?.kind, kind, JSON.stringify(state));
  }
});

pureTest("unitProblem() says how a unit of a user is made to act", () => {
  const missing = { load: "not-found", active: "inactive", unit: "own.service" };
  const message = (file: string, user?: string) =>
    unitProblem(makeUnit({ ...missing, ofUser: { file, user } }), NOW, 2)?.message;
  assert.equal(
    message("/home/web/.config/systemd/user/own.service", "web"),
    'it is a unit of "systemctl --user" (/home/web/.config/systemd/user/own.service), for which ' +
      'VCM needs "command": ["systemctl", "--user", "--machine=web@.host", "reload", "own.service"]',
  );
  assert.match(message("/etc/systemd/user/own.service") ?? "", /"--machine=USER@\.host"/);
});

const A = makeSpec({ name: "a", services: [makeService()] });

function planned(state: Partial<UnitState>, parts?: Parameters<typeof makePendingAction>[0]) {
  const unit = makeUnit(state);
  const pendingActions = parts &&
    [makePendingAction({ ...parts, record: { kind: "unit", state: unit } })];
  const units = new Map([[unit.unit, unit]]);
  return planOf([A], [makeObserved(A)], { units, pendingActions });
}

pureTest(
  "a unit that is down is broken, one that is stuck is due, and a missing one neither",
  () => {
    const cases: [Partial<UnitState>, string, string][] = [
      [{}, "fine", "ok"],
      [{ active: "inactive" }, "fine", "ok"],
      [{ active: "failed" }, "broken", "failed"],
      [AUTO, "broken", "restarting"],
      [{ active: "reloading" }, "due", "reloading"],
      [{ load: "masked" }, "due", "unloaded"],
      [{ load: "not-found", active: "inactive" }, "fine", "missing"],
    ];
    for (const [state, standing, word] of cases) {
      const plan = planned(state);
      assert.equal(assessStatus(plan), standing, JSON.stringify(state));
      const [row] = statusRows(plan);
      assert.deepEqual([row?.rank, row?.services], [standing, word]);
    }
  },
);

pureTest("a pending action that says how the unit is says it once, and is due", () => {
  const actedAt = after(-60);
  for (const [state, told] of [[{ active: "failed" }, "it has failed"], [AUTO, "again"]] as const) {
    const plan = planned(state, { actedAt });
    const [service] = plan.services;
    assert.equal(service?.unit, undefined);
    assert.ok(service?.pending?.detail.includes(told), service?.pending?.detail);
    assert.equal(assessStatus(plan), "due");
  }
  assert.equal(planned({ load: "masked", changedAt: 0 }, {}).services[0]?.unit?.kind, "unloaded");
});

pureTest("a unit that its manager has just started again has not been up since its action", () => {
  const kinds = (startedAt: number) =>
    planned({ restarts: 2, startedAt, changedAt: startedAt }, { actedAt: after(-60) }).steps
      .map(({ kind }) => kind);
  assert.deepEqual(kinds(ago(1)), ["service"]);
  assert.deepEqual(kinds(ago(10)), ["clear"]);
});

pureTest("an active unit without its process was not started since the action that failed", () => {
  const exited = { sub: "exited", hasMain: false, changedAt: ago(60), startedAt: ago(60) };
  const kinds = (state: Partial<UnitState>) =>
    planned({ ...exited, ...state }, { actedAt: after(-30) }).steps.map(({ kind }) => kind);
  assert.deepEqual(kinds({ type: "simple" }), ["service"]);
  assert.deepEqual(kinds({ type: "simple", startedAt: ago(10) }), ["clear"]);
  assert.deepEqual(kinds({ type: "oneshot" }), ["clear"]);
});
