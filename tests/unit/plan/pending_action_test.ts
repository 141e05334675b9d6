import assert from "node:assert/strict";
import { type Control, CONTROLS } from "../../../lib/config/types.ts";
import { judgeMarker } from "../../../lib/plan/pending_action.ts";
import type { MarkerObservation, TargetFile } from "../../../lib/observe/types.ts";
import type { UnitState } from "../../../lib/host/types.ts";
import {
  ABSENT,
  after,
  makeFile,
  makeMarker,
  makeObserved,
  makeSeen,
  makeSpec,
  makeUnit,
  observationOf,
  present,
} from "../../support/fixtures.ts";
import { makeWish } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const WRITTEN = after(-7200).getTime();
const OWED = "it has not loaded the files deployed 2026-12-01 08:00 UTC";

/** A marker for a unit in a state. */
function markerFor(unit: Partial<UnitState>, parts: Partial<MarkerObservation> = {}) {
  return makeMarker({ record: { kind: "unit", state: makeUnit(unit) }, ...parts });
}

/** One certificate "a" with the given files, and "b", which the unit does not read. */
function judge(
  marker: MarkerObservation,
  control: Control = "try-reload-or-restart",
  files: readonly Partial<TargetFile>[] = [],
) {
  const targets = files.map((file) => makeSeen({ file: present(makeFile(file)) }));
  const late = makeSeen({ file: present(makeFile({ changedAt: after(0).getTime() })) });
  const observation = observationOf([
    makeObserved(makeSpec({ name: "b" }), { targets: [late] }),
    makeObserved(makeSpec({ name: "a" }), { targets: [...targets, makeSeen({ file: ABSENT })] }),
  ]);
  return judgeMarker(marker, makeWish({ control }), observation);
}

pureTest(
  "a marker is settled where the unit changed its state after it and after all files",
  () => {
    const files = [{ changedAt: WRITTEN + 5 }, { changedAt: after(-100_000).getTime() }];
    for (const control of CONTROLS) {
      assert.deepEqual(judge(makeMarker(), control, files), {
        kind: "settled",
        detail: "it loaded them 2026-12-01 09:00 UTC",
      });
    }
  },
);

pureTest("a marker is owed where the unit changed its state before it", () => {
  const marker = markerFor({ changedAt: after(-10_000).getTime() });
  assert.deepEqual(judge(marker), { kind: "owed", detail: OWED });
});

pureTest("a marker is owed where any file is newer than the unit's last change", () => {
  const files = [{ changedAt: WRITTEN }, { changedAt: after(-600).getTime() }];
  assert.deepEqual(judge(makeMarker(), undefined, files), {
    kind: "owed",
    detail: "it has not loaded the files deployed 2026-12-01 09:50 UTC",
  });
});

pureTest(
  "in the same second the milliseconds decide, and within a tick of the clock it is owed",
  () => {
    const cases: [number, string][] = [[0, "owed"], [1, "owed"], [11, "owed"], [12, "settled"]];
    for (const [later, kind] of cases) {
      const unit = { changedAt: WRITTEN + later };
      assert.equal(judge(markerFor(unit)).kind, kind, `${later} ms after the marker`);
      const old = markerFor(unit, { since: after(-9000).getTime() });
      assert.equal(judge(old, undefined, [{ changedAt: WRITTEN }]).kind, kind, `after the file`);
    }
  },
);

pureTest("whole seconds, as an old systemd prints them, make the same second owed", () => {
  const since = Date.parse("2026-12-01T08:00:00.400Z");
  const changedAt = Date.parse("2026-12-01T08:00:00Z");
  assert.equal(judge(markerFor({ changedAt }, { since })).kind, "owed");
});

pureTest("a reload that failed is owed, however late it was", () => {
  for (const reloadResult of ["exit-code", "timeout", "signal"]) {
    assert.deepEqual(judge(markerFor({ reloadResult })), {
      kind: "owed",
      detail: `${OWED} (last reload: ${reloadResult})`,
    });
  }
});

pureTest("a marker is owed where systemd cannot be asked", () => {
  const { record: _, ...unknown } = makeMarker();
  for (const control of CONTROLS) {
    assert.deepEqual(judge(unknown, control), { kind: "owed", detail: OWED });
  }
});

pureTest("a unit in between two states has not loaded anything for sure", () => {
  for (const active of ["activating", "reloading", "deactivating", "maintenance", ""]) {
    assert.deepEqual(judge(markerFor({ active })), { kind: "owed", detail: OWED }, active);
  }
});

pureTest("a unit that is not active owes only a restart or a start", () => {
  const marker = markerFor({ active: "inactive", changedAt: 0 });
  for (const control of CONTROLS) {
    const starts = control === "restart" || control === "start";
    assert.deepEqual(
      judge(marker, control),
      starts
        ? { kind: "owed", detail: `${OWED} (it is inactive)` }
        : { kind: "settled", detail: "it is inactive and loads them when it starts" },
      control,
    );
  }
});

pureTest("a unit that has failed owes: the new files may be why", () => {
  const marker = markerFor({ active: "failed", changedAt: 0 });
  for (const control of CONTROLS) {
    assert.deepEqual(judge(marker, control), {
      kind: "owed",
      detail: `${OWED} (it has failed)`,
    });
  }
});

pureTest("a unit that never changed its state owes", () => {
  assert.equal(judge(markerFor({ changedAt: 0 })).kind, "owed");
});

pureTest("a unit that systemd does not know still owes, whatever its control", () => {
  // A name with a slip in it must not be forgotten: systemd calls such a unit "inactive".
  const marker = markerFor({ load: "not-found", active: "inactive", changedAt: 0 });
  for (const control of CONTROLS) {
    assert.deepEqual(judge(marker, control), {
      kind: "owed",
      detail: `${OWED} (systemd knows no such unit)`,
    });
  }
});
