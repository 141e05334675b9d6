/** A restart that is owed is settled by a start alone: a reload changes the state as well. */
import assert from "node:assert/strict";
import { CONTROLS } from "../../../lib/config/types.ts";
import { judgePendingAction } from "../../../lib/plan/pending_action.ts";
import type { UnitState } from "../../../lib/host/types.ts";
import {
  after,
  makeFile,
  makeObserved,
  makePendingAction,
  makeSeen,
  makeSpec,
  makeUnit,
  observationOf,
  present,
} from "../../support/fixtures.ts";
import { makeDesired } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const WRITTEN = after(-7200).getTime();
const NOT_LOADED = "it has not loaded the files deployed 2026-12-01 08:00 UTC";
const RELOADS = CONTROLS.filter((control) => control !== "restart");

/** Judges a marker and a file, both written two hours ago. */
function judge(control: typeof CONTROLS[number], state: Partial<UnitState>) {
  const file = makeSeen({ file: present(makeFile({ changedAt: WRITTEN })) });
  const observation = observationOf([makeObserved(makeSpec({ name: "a" }), { targets: [file] })]);
  const pendingAction = makePendingAction({ record: { kind: "unit", state: makeUnit(state) } });
  return judgePendingAction(pendingAction, makeDesired({ control }), observation);
}

pureTest("a unit that changed its state and did not start since owes a restart only", () => {
  for (const startedAt of [0, after(-100_000).getTime(), WRITTEN]) {
    assert.deepEqual(judge("restart", { startedAt }), { kind: "pending", detail: NOT_LOADED });
    for (const control of RELOADS) {
      assert.deepEqual(judge(control, { startedAt }), {
        kind: "cleared",
        detail: "it loaded them 2026-12-01 09:00 UTC",
      });
    }
  }
});

pureTest("a unit that started since owes no restart, and says when it started", () => {
  const startedAt = after(-1800).getTime();
  assert.deepEqual(judge("restart", { startedAt, changedAt: after(-600).getTime() }), {
    kind: "cleared",
    detail: "it loaded them 2026-12-01 09:30 UTC",
  });
});

pureTest("a start within a tick of the clock after the marker leaves the restart owed", () => {
  for (const [later, kind] of [[0, "pending"], [11, "pending"], [12, "cleared"]] as const) {
    assert.equal(judge("restart", { startedAt: WRITTEN + later }).kind, kind, `${later} ms`);
  }
});
