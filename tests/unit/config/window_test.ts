import assert from "node:assert/strict";
import { InvalidValue } from "../../../lib/config/scalars/scalar.ts";
import { maintenanceWindow } from "../../../lib/config/scalars/window.ts";
import { pureTest } from "../../support/pure_test.ts";

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

pureTest("maintenanceWindow.read() reads days and hours", () => {
  const cases: Record<string, readonly [readonly number[], number, number]> = {
    "Sat,Sun 02:00-04:00": [[6, 7], 120, 240],
    "Mon-Fri 22:00-06:00": [[1, 2, 3, 4, 5], 1_320, 360],
    "Fri-Mon 01:00-02:00": [[1, 5, 6, 7], 60, 120],
    "02:00-04:00": [EVERY_DAY, 120, 240],
    "00:00-24:00": [EVERY_DAY, 0, 1_440],
    "Sun 22:30-24:00": [[7], 1_350, 1_440],
    "Sun 22:30-00:00": [[7], 1_350, 0],
    "Sun 23:59-23:58": [[7], 1_439, 1_438],
    "sat 02:00-04:00": [[6], 120, 240],
    "SATURDAY,tueSday 02:00-04:00": [[2, 6], 120, 240],
    "Sun,Mon-Wed,Tue 02:00-04:00": [[1, 2, 3, 7], 120, 240],
    "Thu-Thu 02:00-04:00": [[4], 120, 240],
    "Tue-Mon 02:00-04:00": [EVERY_DAY, 120, 240],
    "Sat , Sun  02:00 - 04:00": [[6, 7], 120, 240],
    "Monday - friday,Sun 02:00 -04:00": [[1, 2, 3, 4, 5, 7], 120, 240],
  };
  for (const [text, [days, from, to]] of Object.entries(cases)) {
    assert.deepEqual(maintenanceWindow.read(text), { text, days, from, to }, text);
  }
});

pureTest("maintenanceWindow.read() knows each day by both names", () => {
  const names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
  for (const [index, name] of names.entries()) {
    for (const day of [name, name.slice(0, 3)]) {
      const text = `${day} 02:00-04:00`;
      assert.deepEqual(maintenanceWindow.read(text), {
        text,
        days: [index + 1],
        from: 120,
        to: 240,
      });
    }
  }
});

pureTest("maintenanceWindow.read() refuses an invalid window, and shows a valid one", () => {
  const refused = [
    "Sat",
    "Sat,Sun",
    "always",
    "Sat 02:00",
    "Sat 02:00-",
    "Sat -04:00",
    "Sat 02:00-04:00 CET",
    "Sat 02:00-04:00,05:00-06:00",
    "Sat 02:00–04:00",
    "Sat 02-04",
    "Sat 2:00-4:00",
    "Sat 2am-4am",
    "Sat 02:00:00-04:00:00",
    "Sat 24:00-02:00",
    "Sat 25:00-26:00",
    "Sat 23:00-24:01",
    "Sat 02:60-04:00",
    "Sat 02:00-04:99",
    "Sat02:00-04:00",
    "Sat, 02:00-04:00",
    ", 02:00-04:00",
    "Sat,,Sun 02:00-04:00",
    "Sat- 02:00-04:00",
    "-Sat 02:00-04:00",
    "Mon-Wed-Fri 02:00-04:00",
    "Mon/Fri 02:00-04:00",
    "6,7 02:00-04:00",
    " 02:00-04:00",
    "02:00-04:00 ",
    "Daily 02:00-04:00",
    "constructor 02:00-04:00",
    "Sat\n02:00-04:00",
    "Sat,\nSun 02:00-04:00",
    "Sat,\tSun 02:00-04:00",
    "Sat 02:00-04:00\n",
  ];
  for (const text of refused) {
    const wanted = `expected a window such as "Sat,Sun 02:00-04:00", got ${JSON.stringify(text)}`;
    assert.deepEqual(maintenanceWindow.read(text), new InvalidValue(wanted), text);
  }
});

pureTest("maintenanceWindow.read() says that there is no value, and shows no token", () => {
  assert.deepEqual(maintenanceWindow.read(""), new InvalidValue("has no value"));
  assert.deepEqual(
    maintenanceWindow.read("hvs.0123456789abcdef"),
    new InvalidValue(`expected a window such as "Sat,Sun 02:00-04:00", got [redacted]`),
  );
});

pureTest("maintenanceWindow.read() guesses the day that was meant", () => {
  const guesses: Record<string, string> = {
    "Sut 02:00-04:00": "sat",
    "Mon,Sa 02:00-04:00": "sat",
    "Mon-Fry 02:00-04:00": "fri",
    "Thr-Fri 02:00-04:00": "thu",
    "Tues 02:00-04:00": "tue",
    "Wendesday 02:00-04:00": "wednesday",
    "satruday 02:00-04:00": "saturday",
  };
  for (const [text, guess] of Object.entries(guesses)) {
    assert.deepEqual(
      maintenanceWindow.read(text),
      new InvalidValue(
        `expected a window such as "Sat,Sun 02:00-04:00", got "${text}"; did you mean "${guess}"?`,
      ),
      text,
    );
  }
});

pureTest("maintenanceWindow.read() tells how the whole day is written", () => {
  for (const text of ["02:00-02:00", "Sat 00:00-00:00"]) {
    assert.deepEqual(
      maintenanceWindow.read(text),
      new InvalidValue(
        `expected a window such as "Sat,Sun 02:00-04:00", got "${text}"; ` +
          `"00:00-24:00" is the whole day`,
      ),
      text,
    );
  }
});
