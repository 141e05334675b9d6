/** How long something due waits for a maintenance window. */
import assert from "node:assert/strict";
import { holdBack, marginFor } from "../../../lib/plan/hold_back.ts";
import { after, DAY, NOW } from "../../support/fixtures.ts";
import { OPENS, SATURDAY, SATURDAY_OPENS, windowsOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const SATURDAY_CLOSES = new Date("2026-12-05T04:00:00Z");

/** An hour. */
const margin = 3_600_000;

pureTest("holdBack() waits if the next window ends in time", () => {
  const cases: [Date | undefined, string][] = [
    [after(365 * DAY), "wait"],
    [new Date(SATURDAY_CLOSES.getTime() + margin), "wait"],
    [new Date(SATURDAY_CLOSES.getTime() + margin - 1), "act"],
    [SATURDAY_OPENS, "act"],
    [after(-DAY), "act"],
    [undefined, "act"],
  ];
  for (const [end, kind] of cases) {
    const verdict = holdBack(SATURDAY, { ...(end && { end }), margin, reason: "why" }, NOW, "UTC");
    assert.deepEqual(
      verdict,
      kind === "wait"
        ? { kind, wait: { until: SATURDAY_OPENS, late: false, detail: OPENS } }
        : { kind, detail: `; VCM does not wait, although ${OPENS}: why` },
      String(end),
    );
  }
});

pureTest("holdBack() has nothing to say without a window, or while one is open", () => {
  for (
    const open of [[], windowsOf("10:00-10:01"), windowsOf("Sat 02:00-04:00", "Mon 22:00-12:00")]
  ) {
    for (const urgency of [{ margin, reason: "why" }, { end: after(DAY), margin, reason: "why" }]) {
      assert.deepEqual(holdBack(open, urgency, NOW, "UTC"), { kind: "act", detail: "" });
    }
  }
});

pureTest("holdBack() waits for the first of several windows, and names all", () => {
  const several = windowsOf("Sat 02:00-04:00", "Thu,Fri 22:00-23:00");
  assert.deepEqual(holdBack(several, { end: after(60 * DAY), margin, reason: "why" }, NOW, "UTC"), {
    kind: "wait",
    wait: {
      until: new Date("2026-12-03T22:00:00Z"),
      late: false,
      detail: "its window (Sat 02:00-04:00; Thu,Fri 22:00-23:00) opens 2026-12-03 22:00 UTC",
    },
  });
});

pureTest("holdBack() means the hours of the host's own clock", () => {
  const urgency = { end: after(60 * DAY), margin, reason: "why" };
  const cases: [string, string | undefined][] = [
    ["UTC", "2026-12-01T11:00:00.000Z"],
    ["Europe/Berlin", undefined],
    ["Asia/Tokyo", "2026-12-02T02:00:00.000Z"],
    ["America/New_York", "2026-12-01T16:00:00.000Z"],
  ];
  for (const [zone, until] of cases) {
    const verdict = holdBack(windowsOf("11:00-12:00"), urgency, NOW, zone);
    const found = verdict.kind === "wait" ? verdict.wait.until.toISOString() : undefined;
    assert.equal(found, until, zone);
  }
});

pureTest("holdBack() says that a window has gone by unused since it was due", () => {
  // Saturday 2026-11-28 02:00 to 04:00 was the last one.
  const cases: [string, boolean][] = [
    ["2026-11-28T01:59:00Z", true],
    ["2026-11-28T02:00:00Z", true],
    // Only a part of that window was left.
    ["2026-11-28T02:01:00Z", false],
    ["2026-11-30T12:00:00Z", false],
    ["2026-11-14T12:00:00Z", true],
  ];
  for (const [since, late] of cases) {
    const urgency = { end: after(60 * DAY), margin, reason: "why", since: new Date(since) };
    const verdict = holdBack(SATURDAY, urgency, NOW, "UTC");
    assert.ok(verdict.kind === "wait");
    assert.equal(verdict.wait.late, late, since);
  }
  const urgency = {
    end: after(60 * DAY),
    margin,
    reason: "why",
    since: new Date("2026-11-27T12:00:00Z"),
  };
  const verdict = holdBack(SATURDAY, urgency, NOW, "UTC");
  assert.ok(verdict.kind === "wait");
  assert.equal(verdict.wait.detail, `${OPENS}; the window of 2026-11-28 02:00 UTC was missed`);
});

pureTest("marginFor() leaves a day, or a third of a short lifetime", () => {
  const lasting = (seconds: number) => ({ notBefore: NOW, notAfter: after(seconds) });
  assert.equal(marginFor(lasting(90 * DAY)), DAY * 1000);
  assert.equal(marginFor(lasting(DAY)), DAY * 1000 / 3);
  assert.equal(marginFor(undefined), DAY * 1000);
});
