/** Debts of what is no unit: containers, processes, commands; and what the last run says of one. */
import assert from "node:assert/strict";
import { type Control, CONTROLS } from "../../../lib/config/types.ts";
import type { LoadRecord } from "../../../lib/observe/types.ts";
import { after } from "../../support/fixtures.ts";
import {
  containerRecord,
  judgePending,
  NOT_LOADED,
  type PendingParts,
  unitRecord,
  WRITTEN,
} from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const STARTS: readonly Control[] = ["restart", "start"];
const LOADED = { kind: "cleared", detail: "it loaded them 2026-12-01 09:00 UTC" };
const HOUR_AGO = after(-3600).getTime();

function judge(
  record: LoadRecord | undefined,
  control: Control = "restart",
  parts: PendingParts = {},
) {
  return judgePending({ record, control, ...parts });
}

const process = (startedAt: number): LoadRecord => ({ kind: "process", startedAt });

pureTest("a container or process that was started since has loaded its files", () => {
  for (const control of CONTROLS) {
    assert.deepEqual(judge(containerRecord("running", HOUR_AGO), control), LOADED, control);
    assert.deepEqual(judge(process(HOUR_AGO), control), LOADED, control);
  }
});

pureTest("a container or process that was started before owes", () => {
  for (const control of CONTROLS) {
    for (const startedAt of [0, WRITTEN - 86_400_000, WRITTEN]) {
      const expected = { kind: "pending", detail: NOT_LOADED };
      assert.deepEqual(judge(containerRecord("running", startedAt), control), expected, control);
      assert.deepEqual(judge(process(startedAt), control), expected, control);
    }
  }
});

pureTest("a file that is newer than the start of a container or process is owed", () => {
  const changedAt = after(-600).getTime();
  const detail = "it has not loaded the files deployed 2026-12-01 09:50 UTC";
  for (const record of [containerRecord("running", HOUR_AGO), process(HOUR_AGO)]) {
    assert.deepEqual(judge(record, "restart", { changedAt }), { kind: "pending", detail });
  }
});

pureTest("within a tick of its clock a start is owed", () => {
  const cases: [number, string, string][] = [
    [11, "pending", "pending"],
    [12, "cleared", "pending"],
    [2_000, "cleared", "pending"],
    [2_001, "cleared", "cleared"],
  ];
  for (const [later, ofContainer, ofProcess] of cases) {
    const startedAt = WRITTEN + later;
    assert.equal(judge(containerRecord("running", startedAt)).kind, ofContainer, `${later} ms`);
    assert.equal(judge(process(startedAt)).kind, ofProcess, `${later} ms`);
  }
});

pureTest("what is stopped owes only a restart or a start", () => {
  const stopped = [containerRecord("stopped", 0), containerRecord("stopped", HOUR_AGO), {
    kind: "process",
  }];
  for (const record of stopped as LoadRecord[]) {
    for (const control of CONTROLS) {
      assert.deepEqual(
        judge(record, control),
        STARTS.includes(control)
          ? { kind: "pending", detail: `${NOT_LOADED} (it is not running)` }
          : { kind: "cleared", detail: "it is not running and loads them when it starts" },
        `${record.kind}, ${control}`,
      );
    }
  }
});

pureTest("a container that is not there still owes, whatever its control", () => {
  for (const control of CONTROLS) {
    assert.deepEqual(judge(containerRecord("unknown", 0), control), {
      kind: "pending",
      detail: `${NOT_LOADED} (there is no such container)`,
    });
  }
});

pureTest("a command has no record: its marker is owed until it succeeded", () => {
  for (const control of CONTROLS) {
    assert.deepEqual(judge(undefined, control), { kind: "pending", detail: NOT_LOADED });
  }
});

pureTest("a debt says why the last run could not settle it", () => {
  const failure = "nginx -t ended with 1";
  const cases: [LoadRecord | undefined, string][] = [
    [undefined, NOT_LOADED],
    [process(0), NOT_LOADED],
    [containerRecord("unknown", 0), `${NOT_LOADED} (there is no such container)`],
    [
      unitRecord({ reloadResult: "exit-code" }),
      `${NOT_LOADED} (last reload: exit-code)`,
    ],
    [unitRecord({ active: "failed" }), `${NOT_LOADED} (it has failed)`],
  ];
  for (const [record, detail] of cases) {
    assert.deepEqual(judge(record, "reload", { failure }), {
      kind: "pending",
      detail: `${detail}; last time: ${failure}`,
    });
  }
});

pureTest("what the last run said of a debt is gone with it", () => {
  const failure = "nginx -t ended with 1";
  assert.deepEqual(judge(process(HOUR_AGO), "reload", { failure }), LOADED);
});
