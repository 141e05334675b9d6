/** How long something due waits for a maintenance window. */
import assert from "node:assert/strict";
import { readWindow } from "../../../lib/config/read_window.ts";
import type { MaintenanceWindow } from "../../../lib/config/types.ts";
import { holdBack } from "../../../lib/plan/hold_back.ts";
import { after, DAY, NOW } from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

function windows(...texts: string[]): MaintenanceWindow[] {
  return texts.map((text) => readWindow(text) as MaintenanceWindow);
}

/** `NOW` is a Tuesday, 10:00 UTC. */
const SATURDAY = windows("Sat 02:00-04:00");
const OPENS = "its window (Sat 02:00-04:00) opens 2026-12-05 02:00 UTC";
const SATURDAY_OPENS = new Date("2026-12-05T02:00:00Z");
const SATURDAY_CLOSES = new Date("2026-12-05T04:00:00Z");

pureTest("holdBack() waits where the window that comes is over in time", () => {
  const cases: [Date | undefined, string][] = [
    [after(365 * DAY), "wait"],
    [SATURDAY_CLOSES, "wait"],
    [new Date(SATURDAY_CLOSES.getTime() - 1), "act"],
    [SATURDAY_OPENS, "act"],
    [after(-DAY), "act"],
    [undefined, "act"],
  ];
  for (const [end, kind] of cases) {
    const verdict = holdBack(SATURDAY, { ...(end && { end }), reason: "why" }, NOW, "UTC");
    assert.deepEqual(
      verdict,
      kind === "wait"
        ? { kind, until: SATURDAY_OPENS, detail: OPENS }
        : { kind, detail: `; at once, though ${OPENS}: why` },
      String(end),
    );
  }
});

pureTest("holdBack() has nothing to say without a window, or while one is open", () => {
  for (const open of [[], windows("10:00-10:01"), windows("Sat 02:00-04:00", "Mon 22:00-12:00")]) {
    for (const urgency of [{ reason: "why" }, { end: after(DAY), reason: "why" }]) {
      assert.deepEqual(holdBack(open, urgency, NOW, "UTC"), { kind: "act", detail: "" });
    }
  }
});

pureTest("holdBack() waits for the first of several windows, and names all", () => {
  const several = windows("Sat 02:00-04:00", "Thu,Fri 22:00-23:00");
  assert.deepEqual(holdBack(several, { end: after(60 * DAY), reason: "why" }, NOW, "UTC"), {
    kind: "wait",
    until: new Date("2026-12-03T22:00:00Z"),
    detail: "its window (Sat 02:00-04:00; Thu,Fri 22:00-23:00) opens 2026-12-03 22:00 UTC",
  });
});

pureTest("holdBack() means the hours of the host's own clock", () => {
  const urgency = { end: after(60 * DAY), reason: "why" };
  const cases: [string, string | undefined][] = [
    ["UTC", "2026-12-01T11:00:00.000Z"],
    ["Europe/Berlin", undefined],
    ["Asia/Tokyo", "2026-12-02T02:00:00.000Z"],
    ["America/New_York", "2026-12-01T16:00:00.000Z"],
  ];
  for (const [zone, until] of cases) {
    const verdict = holdBack(windows("11:00-12:00"), urgency, NOW, zone);
    const found = verdict.kind === "wait" ? verdict.until.toISOString() : undefined;
    assert.equal(found, until, zone);
  }
});
