/** Pending actions of what is not a unit: containers, processes, commands; and what the last run says of one. */
import assert from "node:assert/strict";
import { type Control, CONTROLS } from "../../../lib/config/types.ts";
import type { LoadRecord } from "../../../lib/observe/types.ts";
import { after, makeUnit } from "../../support/fixtures.ts";
import {
  checkPending,
  containerRecord,
  NOT_LOADED,
  type PendingParts,
  WRITTEN,
} from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const STARTS: readonly Control[] = ["restart", "start"];
const LOADED = { kind: "cleared", detail: "it loaded them 2026-12-01 09:00 UTC" };
const HOUR_AGO = after(-3600).getTime();

function check(
  record: LoadRecord | undefined,
  control: Control = "restart",
  parts: PendingParts = {},
) {
  return checkPending({ record, control, ...parts });
}

const process = (startedAt: number): LoadRecord => ({ kind: "process", startedAt });

pureTest("a container or process that was started since has loaded its files", () => {
  for (const control of CONTROLS) {
    assert.deepEqual(check(containerRecord("running", HOUR_AGO), control), LOADED, control);
    assert.deepEqual(check(process(HOUR_AGO), control), LOADED, control);
  }
});

pureTest("a container or process that was started before stays pending", () => {
  for (const control of CONTROLS) {
    for (const startedAt of [0, WRITTEN - 86_400_000, WRITTEN]) {
      const expected = { kind: "pending", detail: NOT_LOADED };
      assert.deepEqual(check(containerRecord("running", startedAt), control), expected, control);
      assert.deepEqual(check(process(startedAt), control), expected, control);
    }
  }
});

pureTest("a file that is newer than the start of a container or process is pending", () => {
  const changedAt = after(-600).getTime();
  const detail = "it has not loaded the files deployed 2026-12-01 09:50 UTC";
  for (const record of [containerRecord("running", HOUR_AGO), process(HOUR_AGO)]) {
    assert.deepEqual(check(record, "restart", { changedAt }), { kind: "pending", detail });
  }
});

pureTest("within a tick of its clock a start is pending", () => {
  const cases: [number, string, string][] = [
    [11, "pending", "pending"],
    [12, "cleared", "pending"],
    [2_000, "cleared", "pending"],
    [2_001, "cleared", "cleared"],
  ];
  for (const [later, ofContainer, ofProcess] of cases) {
    const startedAt = WRITTEN + later;
    assert.equal(check(containerRecord("running", startedAt)).kind, ofContainer, `${later} ms`);
    assert.equal(check(process(startedAt)).kind, ofProcess, `${later} ms`);
  }
});

pureTest("for a stopped service, only a restart or a start stays pending", () => {
  const stopped = [containerRecord("stopped", 0), containerRecord("stopped", HOUR_AGO), {
    kind: "process",
  }];
  for (const record of stopped as LoadRecord[]) {
    for (const control of CONTROLS) {
      assert.deepEqual(
        check(record, control),
        STARTS.includes(control)
          ? { kind: "pending", detail: `${NOT_LOADED} (it is not running)` }
          : { kind: "cleared", detail: "it is not running and will load them when it starts" },
        `${record.kind}, ${control}`,
      );
    }
  }
});

pureTest("a container that is not there stays pending, whatever its control", () => {
  for (const control of CONTROLS) {
    assert.deepEqual(check(containerRecord("unknown", 0), control), {
      kind: "pending",
      detail: `${NOT_LOADED} (there is no such container)`,
    });
  }
});

pureTest("a command has no record: its action is pending until it succeeded", () => {
  for (const control of CONTROLS) {
    assert.deepEqual(check(undefined, control), { kind: "pending", detail: NOT_LOADED });
  }
});

pureTest("a pending action says why the last attempt failed", () => {
  const failure = "nginx -t ended with 1";
  const cases: [LoadRecord | undefined, string][] = [
    [undefined, NOT_LOADED],
    [process(0), NOT_LOADED],
    [containerRecord("unknown", 0), `${NOT_LOADED} (there is no such container)`],
    [
      { kind: "unit", state: makeUnit({ reloadResult: "exit-code" }) },
      `${NOT_LOADED} (last reload: exit-code)`,
    ],
    [{ kind: "unit", state: makeUnit({ active: "failed" }) }, `${NOT_LOADED} (it has failed)`],
  ];
  for (const [record, detail] of cases) {
    assert.deepEqual(check(record, "reload", { failure }), {
      kind: "pending",
      detail: `${detail}; last attempt: ${failure}`,
    });
  }
});

pureTest("the reason of the last failure is removed with the pending action", () => {
  const failure = "nginx -t ended with 1";
  assert.deepEqual(check(process(HOUR_AGO), "reload", { failure }), LOADED);
});
