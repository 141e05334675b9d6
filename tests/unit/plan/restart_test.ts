/** A restart that is pending is cleared by a start alone: a reload changes the state as well. */
import assert from "node:assert/strict";
import { CONTROLS } from "../../../lib/config/types.ts";
import type { UnitState } from "../../../lib/host/types.ts";
import { after } from "../../support/fixtures.ts";
import { checkPending, NOT_LOADED, unitRecord, WRITTEN } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const RELOADS = CONTROLS.filter((control) => control !== "restart");

/** Judges a pending action and a file, both written two hours ago. */
function check(control: typeof CONTROLS[number], state: Partial<UnitState>) {
  return checkPending({ record: unitRecord(state), control });
}

pureTest("a unit that changed its state and did not start since needs only a restart", () => {
  for (const startedAt of [0, after(-100_000).getTime(), WRITTEN]) {
    assert.deepEqual(check("restart", { startedAt }), { kind: "pending", detail: NOT_LOADED });
    for (const control of RELOADS) {
      assert.deepEqual(check(control, { startedAt }), {
        kind: "cleared",
        detail: "it loaded them 2026-12-01 09:00 UTC",
      });
    }
  }
});

pureTest("a unit that started since needs no restart, and says when it started", () => {
  const startedAt = after(-1800).getTime();
  assert.deepEqual(check("restart", { startedAt, changedAt: after(-600).getTime() }), {
    kind: "cleared",
    detail: "it loaded them 2026-12-01 09:30 UTC",
  });
});

pureTest(
  "a start within a tick of the clock after the pending action leaves the restart pending",
  () => {
    for (const [later, kind] of [[0, "pending"], [11, "pending"], [12, "cleared"]] as const) {
      assert.equal(check("restart", { startedAt: WRITTEN + later }).kind, kind, `${later} ms`);
    }
  },
);
