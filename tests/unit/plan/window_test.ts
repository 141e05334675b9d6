import assert from "node:assert/strict";
import type { MaintenanceWindow } from "../../../lib/config/types.ts";
import { describeWindows, findOpening } from "../../../lib/plan/window.ts";
import { windowsOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const HOUR = 3_600_000;

/** `FROM UNTIL` of the opening that is found, in UTC to the second. */
function found(windows: readonly MaintenanceWindow[], now: string, zone: string): string {
  const opening = findOpening(windows, new Date(now), zone);
  assert.ok(opening !== undefined);
  return [opening.from, opening.until].map((at) => at.toISOString().slice(0, 19)).join(" ");
}

/** Zone, window, moment (UTC), the opening that is to be found. */
type Case = readonly [zone: string, window: string, now: string, opening: string];

function holds(cases: readonly Case[]): void {
  for (const [zone, text, now, opening] of cases) {
    assert.equal(found(windowsOf(text), now, zone), opening, `${text} in ${zone} at ${now}`);
  }
}

pureTest("findOpening() finds the opening that holds now, else the next", () => {
  // 2026-12-05 is a Saturday.
  const before = "2026-12-05T02:00:00 2026-12-05T04:00:00";
  const after = "2026-12-12T02:00:00 2026-12-12T04:00:00";
  holds([
    ["UTC", "Sat 02:00-04:00", "2026-12-03T11:20:00Z", before],
    ["UTC", "Sat 02:00-04:00", "2026-12-05T01:59:59.999Z", before],
    ["UTC", "Sat 02:00-04:00", "2026-12-05T02:00:00Z", before],
    ["UTC", "Sat 02:00-04:00", "2026-12-05T03:59:59.999Z", before],
    ["UTC", "Sat 02:00-04:00", "2026-12-05T04:00:00Z", after],
    [
      "UTC",
      "Sat,Sun 02:00-04:00",
      "2026-12-05T04:00:00Z",
      "2026-12-06T02:00:00 2026-12-06T04:00:00",
    ],
    ["UTC", "02:00-04:00", "2026-12-31T04:00:00Z", "2027-01-01T02:00:00 2027-01-01T04:00:00"],
    ["UTC", "Sat 00:00-24:00", "2026-12-05T12:00:00Z", "2026-12-05T00:00:00 2026-12-06T00:00:00"],
    ["UTC", "00:00-24:00", "2026-12-06T00:00:00Z", "2026-12-06T00:00:00 2026-12-07T00:00:00"],
  ]);
});

pureTest("findOpening() names the day on which a window over midnight opens", () => {
  const friday = "2026-12-04T22:00:00 2026-12-05T06:00:00";
  const monday = "2026-12-07T22:00:00 2026-12-08T06:00:00";
  holds([
    ["UTC", "Mon-Fri 22:00-06:00", "2026-12-05T05:59:00Z", friday],
    ["UTC", "Mon-Fri 22:00-06:00", "2026-12-05T06:00:00Z", monday],
    ["UTC", "Mon-Fri 22:00-06:00", "2026-12-07T02:00:00Z", monday],
    ["UTC", "Fri 22:00-00:00", "2026-12-04T12:00:00Z", "2026-12-04T22:00:00 2026-12-05T00:00:00"],
    ["UTC", "Fri 22:00-24:00", "2026-12-04T12:00:00Z", "2026-12-04T22:00:00 2026-12-05T00:00:00"],
    ["UTC", "Fri 04:00-03:59", "2026-12-05T03:58:00Z", "2026-12-04T04:00:00 2026-12-05T03:59:00"],
  ]);
});

pureTest("findOpening() uses the days and hours of the zone", () => {
  const now = "2026-12-04T12:00:00Z";
  holds([
    ["Europe/Berlin", "Sat 00:30-02:00", now, "2026-12-04T23:30:00 2026-12-05T01:00:00"],
    ["America/New_York", "Sat 22:00-23:00", now, "2026-12-06T03:00:00 2026-12-06T04:00:00"],
    ["Asia/Kolkata", "Sat 02:00-04:00", now, "2026-12-04T20:30:00 2026-12-04T22:30:00"],
    ["Pacific/Kiritimati", "Sat 02:00-04:00", now, "2026-12-04T12:00:00 2026-12-04T14:00:00"],
    ["Pacific/Pago_Pago", "Sat 02:00-04:00", now, "2026-12-05T13:00:00 2026-12-05T15:00:00"],
  ]);
});

pureTest("findOpening() opens a window of the skipped hour all the same, for its length", () => {
  // Clocks go from 02:00 (+01:00) to 03:00 (+02:00) at 01:00 UTC.
  const now = "2027-03-27T12:00:00Z";
  const berlin = "Europe/Berlin";
  holds([
    [berlin, "Sun 02:00-03:00", now, "2027-03-28T01:00:00 2027-03-28T02:00:00"],
    [berlin, "Sun 02:00-02:30", now, "2027-03-28T01:00:00 2027-03-28T01:30:00"],
    [berlin, "Sun 02:30-03:00", now, "2027-03-28T01:30:00 2027-03-28T02:00:00"],
    [berlin, "Sun 02:30-03:30", now, "2027-03-28T01:30:00 2027-03-28T02:30:00"],
    // The day after, the same window is back in its place.
    [berlin, "02:00-03:00", "2027-03-28T02:00:00Z", "2027-03-29T00:00:00 2027-03-29T01:00:00"],
    // At midnight, from 24:00 (-04:00) to 01:00 (-03:00).
    [
      "America/Santiago",
      "Sun 00:00-01:00",
      "2026-09-05T12:00:00Z",
      "2026-09-06T04:00:00 2026-09-06T05:00:00",
    ],
  ]);
});

pureTest("findOpening() ends a window that reaches past the jump when its hours end", () => {
  const now = "2027-03-27T12:00:00Z";
  const berlin = "Europe/Berlin";
  holds([
    [berlin, "Sun 02:00-04:00", now, "2027-03-28T01:00:00 2027-03-28T02:00:00"],
    [berlin, "Sun 01:30-02:30", now, "2027-03-28T00:30:00 2027-03-28T01:30:00"],
    [berlin, "Sun 01:00-03:00", now, "2027-03-28T00:00:00 2027-03-28T01:00:00"],
    [berlin, "Sat 22:00-06:00", now, "2027-03-27T21:00:00 2027-03-28T04:00:00"],
    [berlin, "Sat 22:00-02:30", now, "2027-03-27T21:00:00 2027-03-28T01:30:00"],
    [berlin, "Sun 00:00-24:00", now, "2027-03-27T23:00:00 2027-03-28T22:00:00"],
  ]);
});

pureTest("findOpening() opens a window of the doubled hour with its first beginning", () => {
  // Clocks go from 03:00 (+02:00) to 02:00 (+01:00) at 01:00 UTC.
  const now = "2026-10-24T12:00:00Z";
  const berlin = "Europe/Berlin";
  const both = "2026-10-25T00:00:00 2026-10-25T02:00:00";
  holds([
    [berlin, "Sun 02:00-03:00", now, both],
    [berlin, "Sun 02:00-03:00", "2026-10-25T01:30:00Z", both],
    [berlin, "Sun 02:00-03:00", "2026-10-25T02:00:00Z", "2026-11-01T01:00:00 2026-11-01T02:00:00"],
    [berlin, "Sun 02:10-02:40", now, "2026-10-25T00:10:00 2026-10-25T00:40:00"],
    [berlin, "Sun 01:00-02:30", now, "2026-10-24T23:00:00 2026-10-25T00:30:00"],
    [berlin, "Sat 22:00-06:00", now, "2026-10-24T20:00:00 2026-10-25T05:00:00"],
    [berlin, "Sun 00:00-24:00", now, "2026-10-24T22:00:00 2026-10-25T23:00:00"],
  ]);
});

pureTest("findOpening() knows a change of half an hour", () => {
  // Forward at 02:00 (+10:30) to 02:30 (+11:00) on 2026-10-04, back on 2027-04-04.
  const howe = "Australia/Lord_Howe";
  const spring = "2026-10-03T00:00:00Z";
  const autumn = "2027-04-03T00:00:00Z";
  holds([
    [howe, "Sun 02:00-02:30", spring, "2026-10-03T15:30:00 2026-10-03T16:00:00"],
    [howe, "Sun 02:10-02:20", spring, "2026-10-03T15:40:00 2026-10-03T15:50:00"],
    [howe, "Sun 02:00-04:00", spring, "2026-10-03T15:30:00 2026-10-03T17:00:00"],
    [howe, "Sat 23:00-02:15", spring, "2026-10-03T12:30:00 2026-10-03T15:45:00"],
    [howe, "Sun 01:30-02:00", autumn, "2027-04-03T14:30:00 2027-04-03T15:30:00"],
    [howe, "Sun 01:00-03:00", autumn, "2027-04-03T14:00:00 2027-04-03T16:30:00"],
  ]);
});

pureTest("findOpening() uses the window that opens first, whatever their order", () => {
  const two = windowsOf("Sat 02:00-04:00", "Mon-Fri 22:00-23:00");
  const cases: Record<string, string> = {
    "2026-12-04T22:59:00Z": "2026-12-04T22:00:00 2026-12-04T23:00:00",
    "2026-12-04T23:00:00Z": "2026-12-05T02:00:00 2026-12-05T04:00:00",
    "2026-12-05T04:00:00Z": "2026-12-07T22:00:00 2026-12-07T23:00:00",
  };
  for (const [now, opening] of Object.entries(cases)) {
    assert.equal(found(two, now, "UTC"), opening, now);
    assert.equal(found(two.toReversed(), now, "UTC"), opening, now);
  }
  const overlapping = windowsOf("Sat 03:00-05:00", "Sat 02:00-04:00");
  const [early, late] = ["2026-12-05T03:30:00Z", "2026-12-05T04:30:00Z"];
  assert.equal(found(overlapping, early, "UTC"), "2026-12-05T02:00:00 2026-12-05T04:00:00");
  assert.equal(found(overlapping, late, "UTC"), "2026-12-05T03:00:00 2026-12-05T05:00:00");
});

pureTest("findOpening() treats an unknown zone as UTC", () => {
  const utc = "2026-12-05T02:00:00 2026-12-05T04:00:00";
  for (const zone of ["Europe/Atlantis", "", ":/etc/localtime", "local", "UTC"]) {
    holds([[zone, "Sat 02:00-04:00", "2026-12-03T11:20:00Z", utc]]);
  }
});

pureTest("without windows nothing opens", () => {
  assert.equal(findOpening([], new Date("2026-12-03T11:20:00Z"), "UTC"), undefined);
});

pureTest("every hour of a year has its opening, and a later hour never an earlier one", () => {
  const windows = windowsOf("Sat,Sun 02:00-03:00", "Mon-Fri 22:15-01:45");
  for (const zone of ["UTC", "Europe/Berlin", "Australia/Lord_Howe"]) {
    let last = -Infinity;
    const start = Date.UTC(2026, 8, 1);
    for (let at = start; at < start + 365 * 24 * HOUR; at += HOUR) {
      const now = new Date(at);
      const place = `${zone} at ${now.toISOString()}`;
      const opening = findOpening(windows, now, zone);
      assert.ok(opening !== undefined, place);
      assert.ok(opening.from < opening.until, place);
      assert.ok(opening.until > now, place);
      assert.ok(opening.from.getTime() >= last, place);
      last = opening.from.getTime();
      assert.deepEqual(findOpening(windows, new Date(last - 1), zone), opening, place);
    }
  }
});

pureTest("each day of a year has one opening of a daily window, at any hour", () => {
  for (const zone of ["UTC", "Europe/Berlin", "Australia/Lord_Howe"]) {
    for (
      const text of ["01:45-02:15", "02:00-02:30", "02:15-02:20", "02:30-03:00", "23:30-02:10"]
    ) {
      const windows = windowsOf(text);
      let now = new Date("2026-09-01T12:00:00Z");
      for (let day = 0; day < 365; day++) {
        const opening = findOpening(windows, now, zone);
        assert.ok(opening !== undefined && opening.from >= now, `${text} in ${zone}`);
        now = opening.until;
      }
      const end = Date.UTC(2027, 8, 1, 12);
      assert.ok(Math.abs(now.getTime() - end) < 24 * HOUR, `${text} in ${zone}`);
    }
  }
});

pureTest("describeWindows() writes them as the file has them", () => {
  const windows = windowsOf("Sat,Sun 02:00-04:00", "mon - Fri 22:00-06:00");
  assert.equal(describeWindows(windows), "Sat,Sun 02:00-04:00; mon - Fri 22:00-06:00");
  assert.equal(describeWindows([]), "");
});
