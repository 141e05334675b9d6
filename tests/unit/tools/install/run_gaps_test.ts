import assert from "node:assert/strict";
import { cronGap, timerGap } from "../../../../lib/tools/install/run_gaps.ts";
import { gapOf, INTERVALS } from "../../../../lib/tools/install/run_interval.ts";
import { cronText } from "../../../../lib/tools/install/install.ts";
import { timerDropIn, timerUnit } from "../../../../lib/tools/install/units_text.ts";
import { pureTest } from "../../../support/pure_test.ts";

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];

pureTest("the gaps of all timers and lines for cron that vcm install writes are known", () => {
  for (const interval of INTERVALS.values()) {
    const gap = gapOf(interval);
    assert.equal(timerGap([timerUnit(interval)]), gap);
    const packaged = "[Timer]\nOnBootSec=1m\nOnUnitActiveSec=1d\nRandomizedDelaySec=6h\n";
    assert.equal(timerGap([packaged, timerDropIn(interval)]), gap);
    for (const minute of [0, 17, 59]) {
      const line = cronText({ binary: "/bin/vcm" }, minute, false, interval).split("\n")[1] ?? "";
      assert.equal(cronGap(line), interval, line);
    }
  }
});

pureTest("timerGap() reads the times of systemd.time(7), and adds the delays", () => {
  const cases = [
    ["OnCalendar=daily", DAY],
    ["OnCalendar=weekly", 7 * DAY],
    ["OnCalendar=quarterly", 31 * DAY],
    ["OnCalendar=*:0/5", 5 * MINUTE],
    ["OnCalendar=*-*-* *:00/5:00", 5 * MINUTE],
    ["OnCalendar=*:*:0/10", MINUTE],
    ["OnCalendar=03:00", DAY],
    ["OnCalendar=*-*-* 06,18:30:00 UTC", 12 * HOUR],
    ["OnCalendar=*-*-* 8..18/2:15 Europe/Berlin", 14 * HOUR],
    ["OnCalendar=00/6:00", 6 * HOUR],
    ["OnCalendar=Mon..Fri 03:00", 2 * DAY],
    ["OnCalendar=*-*-01 00:00:00", 2 * DAY],
    ["OnCalendar=daily\nOnCalendar=hourly", HOUR],
    ["OnBootSec=5min\nOnUnitActiveSec=1h 30min", 90 * MINUTE],
    ["OnUnitInactiveSec=90", 90],
    ["OnCalendar=daily\nOnCalendar=\nOnCalendar=*:0/20", 20 * MINUTE],
  ] as const;
  for (const [text, expected] of cases) {
    assert.equal(timerGap([`[Timer]\n${text}\nAccuracySec=0\n`]), expected, text);
    const delays = "RandomizedDelaySec=2m30s\nAccuracySec=1hour\n";
    assert.equal(timerGap([`[Timer]\n${text}\n`, delays]), expected + 150 + HOUR, text);
    assert.equal(timerGap([`[Timer]\n${text}\n`]), expected + MINUTE, text);
  }
});

pureTest("timerGap() knows that systemd refuses starts over a limit", () => {
  const service = "[Unit]\nStartLimitBurst=5\nStartLimitIntervalSec=30min\n";
  const timer = "[Timer]\nAccuracySec=0\nOnCalendar=";
  const gap = (times: string, ...texts: string[]) => timerGap([timer + times], texts);
  // Five runs within 4 minutes, and none in the other 26.
  assert.equal(gap("*:0/1", service), 26 * MINUTE);
  assert.equal(gap("*:0/5", service), 10 * MINUTE);
  assert.equal(gap("*:0/6", service), 6 * MINUTE);
  assert.equal(gap("hourly", service), HOUR);
  assert.equal(gap("*:0/1", service, "[Unit]\nStartLimitIntervalSec=0\n"), MINUTE);
  assert.equal(gap("*:0/1", "[Service]\n"), MINUTE);
});

pureTest("timerGap() says nothing of what it does not understand", () => {
  const texts = [
    "",
    "OnBootSec=5min",
    "OnCalendar=*:~5",
    "OnCalendar=25:00",
    "OnCalendar=*:0/0",
    "OnCalendar=hourly\nRandomizedDelaySec=1 fortnight",
    "OnUnitActiveSec=infinity",
    "OnUnitActiveSec=1month",
    `OnUnitActiveSec=${"1".repeat(50_000)}!`,
    "OnCalendar=hourly\nOnCalendar=~",
  ];
  for (const text of texts) assert.equal(timerGap([text]), undefined, text.slice(0, 60));
});

pureTest("cronGap() reads the fields of crontab(5)", () => {
  const cases = [
    ["17 * * * *  root vcm run", HOUR],
    ["2-59/5 * * * * root vcm run", 5 * MINUTE],
    ["* * * * * vcm run", MINUTE],
    ["0 3 * * * vcm run", DAY],
    ["0,30 8-18 * * * vcm run", 13 * HOUR + 30 * MINUTE],
    ["0 3 * * 1 vcm run", 2 * DAY],
    ["@daily vcm run", DAY],
    ["@midnight vcm run", DAY],
    ["@hourly vcm run", HOUR],
    ["@monthly vcm run", 31 * DAY],
    ["60 * * * * vcm run", undefined],
    ["H * * * * vcm run", undefined],
    ["vcm run", undefined],
  ] as const;
  for (const [line, expected] of cases) assert.equal(cronGap(line), expected, line);
});
