/** A restart that is owed is settled by a start alone: a reload changes the state as well. */
import assert from "node:assert/strict";
import { type Control, CONTROLS } from "../../../lib/config/types.ts";
import type { UnitState } from "../../../lib/host/types.ts";
import { after } from "../../support/fixtures.ts";
import { judgePending, NOT_LOADED, unitRecord, WRITTEN } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const RELOADS = CONTROLS.filter((control) => control !== "restart");

/** What is to be done about a pending action of a unit in such a state. */
function judge(control: Control, state: Partial<UnitState>) {
  return judgePending({ control, record: unitRecord(state) });
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
