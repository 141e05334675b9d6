import assert from "node:assert/strict";
import { type Control, CONTROLS } from "../../../lib/config/types.ts";
import { checkPendingAction } from "../../../lib/plan/pending_action.ts";
import type { PendingActionObservation, TargetFile } from "../../../lib/observe/types.ts";
import type { UnitState } from "../../../lib/host/types.ts";
import {
  ABSENT,
  after,
  makeObserved,
  makePendingAction,
  makeSeen,
  makeSeenFile,
  makeSpec,
  NOW,
  observationOf,
  plain,
} from "../../support/fixtures.ts";
import { makeDesired, NOT_LOADED, unitRecord, WRITTEN } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

/** A pending action for a unit in a state. */
function pendingActionFor(unit: Partial<UnitState>, parts: Partial<PendingActionObservation> = {}) {
  return makePendingAction({ record: unitRecord(unit), ...parts });
}

/** One certificate "a" with the given files, and "b", which the unit does not read. */
function check(
  pendingAction: PendingActionObservation,
  control: Control = "try-reload-or-restart",
  files: readonly Partial<TargetFile>[] = [],
) {
  const targets = files.map((file) => makeSeenFile(file));
  const late = makeSeenFile({ changedAt: after(0).getTime() });
  const observation = observationOf([
    makeObserved(makeSpec({ name: "b" }), { targets: [late] }),
    makeObserved(makeSpec({ name: "a" }), { targets: [...targets, makeSeen({ file: ABSENT })] }),
  ]);
  return plain(checkPendingAction(pendingAction, makeDesired({ control }), observation, NOW));
}

pureTest(
  "a pending action is cleared if the unit changed its state after it and after all files",
  () => {
    const files = [{ changedAt: WRITTEN + 5 }, { changedAt: after(-100_000).getTime() }];
    for (const control of CONTROLS) {
      assert.deepEqual(check(makePendingAction(), control, files), {
        kind: "cleared",
        detail: "it loaded them 2026-12-01 09:00 UTC",
      });
    }
  },
);

pureTest("a pending action stays if the unit changed its state before it", () => {
  const pendingAction = pendingActionFor({ changedAt: after(-10_000).getTime() });
  assert.deepEqual(check(pendingAction), { kind: "pending", detail: NOT_LOADED });
});

pureTest("a pending action stays if any file is newer than the unit's last change", () => {
  const files = [{ changedAt: WRITTEN }, { changedAt: after(-600).getTime() }];
  assert.deepEqual(check(makePendingAction(), undefined, files), {
    kind: "pending",
    detail: "it has not loaded the files deployed 2026-12-01 09:50 UTC",
  });
});

pureTest(
  "in the same second the milliseconds decide, and within a tick of the clock it is pending",
  () => {
    const cases: [number, string][] = [[0, "pending"], [1, "pending"], [11, "pending"], [
      12,
      "cleared",
    ]];
    for (const [later, kind] of cases) {
      const unit = { changedAt: WRITTEN + later };
      assert.equal(
        check(pendingActionFor(unit)).kind,
        kind,
        `${later} ms after the pending action`,
      );
      const old = pendingActionFor(unit, { since: after(-9000).getTime() });
      assert.equal(check(old, undefined, [{ changedAt: WRITTEN }]).kind, kind, `after the file`);
    }
  },
);

pureTest("whole seconds, as an old systemd prints them, leave the same second pending", () => {
  const since = Date.parse("2026-12-01T08:00:00.400Z");
  const changedAt = Date.parse("2026-12-01T08:00:00Z");
  assert.equal(check(pendingActionFor({ changedAt }, { since })).kind, "pending");
});

pureTest("a reload that failed is pending, however late it was", () => {
  for (const reloadResult of ["exit-code", "timeout", "signal"]) {
    assert.deepEqual(check(pendingActionFor({ reloadResult })), {
      kind: "pending",
      detail: `${NOT_LOADED} (last reload: ${reloadResult})`,
    });
  }
});

pureTest("a pending action stays if systemd cannot be asked", () => {
  const { record: _, ...unknown } = makePendingAction();
  for (const control of CONTROLS) {
    assert.deepEqual(check(unknown, control), { kind: "pending", detail: NOT_LOADED });
  }
});

pureTest("a unit in between two states has not loaded anything for sure", () => {
  for (const active of ["activating", "reloading", "deactivating", "maintenance", ""]) {
    assert.deepEqual(
      check(pendingActionFor({ active })),
      { kind: "pending", detail: NOT_LOADED },
      active,
    );
  }
});

pureTest("for a unit that is not active, only a restart or a start stays pending", () => {
  const pendingAction = pendingActionFor({ active: "inactive", changedAt: 0 });
  for (const control of CONTROLS) {
    const starts = control === "restart" || control === "start";
    assert.deepEqual(
      check(pendingAction, control),
      starts
        ? { kind: "pending", detail: `${NOT_LOADED} (it is inactive)` }
        : { kind: "cleared", detail: "it is inactive and will load them when it starts" },
      control,
    );
  }
});

pureTest("a unit that has failed stays pending: the new files may be why", () => {
  const pendingAction = pendingActionFor({ active: "failed", changedAt: 0 });
  for (const control of CONTROLS) {
    assert.deepEqual(check(pendingAction, control), {
      kind: "pending",
      detail: `${NOT_LOADED} (it has failed)`,
    });
  }
});

pureTest("a unit that never changed its state stays pending", () => {
  assert.equal(check(pendingActionFor({ changedAt: 0 })).kind, "pending");
});

pureTest("a unit that systemd does not know stays pending, whatever its control", () => {
  // A name with a slip in it must not be forgotten: systemd calls such a unit "inactive".
  const pendingAction = pendingActionFor({ load: "not-found", active: "inactive", changedAt: 0 });
  for (const control of CONTROLS) {
    assert.deepEqual(check(pendingAction, control), {
      kind: "pending",
      detail: `${NOT_LOADED} (systemd has no such unit)`,
    });
  }
});
