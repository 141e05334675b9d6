import assert from "node:assert/strict";
import { observeUnits, parseTimestamp, parseUnits } from "../../../lib/host/units.ts";
import { makeDirectory } from "../../support/rig.ts";

Deno.test("parseTimestamp() reads microseconds and whole seconds", () => {
  const second = Date.UTC(2026, 10, 24, 10, 0, 0);
  assert.equal(parseTimestamp("Tue 2026-11-24 10:00:00.123456 UTC"), second + 123.456);
  assert.equal(parseTimestamp("Tue 2026-11-24 10:00:00 UTC"), second);
  assert.equal(parseTimestamp("2026-11-24 10:00:00 UTC"), second);
});

Deno.test("parseTimestamp() treats an unreadable time as never", () => {
  for (
    const text of [
      "",
      "n/a",
      "0",
      "Tue 2026-11-24 10:00:00 CET",
      "garbage",
      "2026-99-99 10:00:00 UTC",
    ]
  ) {
    assert.equal(parseTimestamp(text), 0, text);
  }
});

Deno.test("a unit that outlives its main process counts as one without", () => {
  const [state] = parseUnits("Id=web.service\nType=simple\nExitType=cgroup\nMainPID=17\n");
  assert.equal(state?.hasMain, false);
});

Deno.test("parseUnits() reads a block a unit, in the order asked", () => {
  const text = [
    "Id=nginx.service",
    "LoadState=loaded",
    "ActiveState=active",
    "SubState=running",
    "Type=notify",
    "NRestarts=3",
    "MainPID=17",
    "ConditionResult=no",
    "ConditionTimestamp=Tue 2026-11-24 10:00:00 UTC",
    "StateChangeTimestamp=Tue 2026-11-24 10:00:00.5 UTC",
    "ReloadResult=success",
    "CanReload=yes",
    "",
    "CanReload=no",
    "ReloadResult=exit-code",
    "StateChangeTimestamp=",
    "ActiveState=failed",
    "LoadState=not-found",
    "Id=a=b.service",
    "",
  ].join("\n");
  assert.deepEqual(parseUnits(text), [
    {
      unit: "nginx.service",
      load: "loaded",
      active: "active",
      sub: "running",
      type: "notify",
      changedAt: Date.UTC(2026, 10, 24, 10) + 500,
      startedAt: 0,
      reloadResult: "success",
      canReload: true,
      ranToItsEnd: false,
      restarts: 3,
      hasMain: true,
      conditionMet: false,
    },
    {
      unit: "a=b.service",
      load: "not-found",
      active: "failed",
      sub: "",
      type: "",
      changedAt: 0,
      startedAt: 0,
      reloadResult: "exit-code",
      canReload: false,
      ranToItsEnd: false,
      restarts: 0,
      hasMain: false,
      conditionMet: true,
    },
  ]);
});

Deno.test("parseUnits() treats a unit without reloads as one whose reloads succeed", () => {
  const [unit] = parseUnits("Id=x.socket\nLoadState=loaded\nActiveState=active\n");
  assert.deepEqual([unit?.reloadResult, unit?.changedAt], ["success", 0]);
});

Deno.test("parseUnits() treats a unit without CanReload as one that can reload", () => {
  const [unit] = parseUnits("Id=x.service\nLoadState=loaded\nActiveState=active\n");
  assert.equal(unit?.canReload, true);
});

Deno.test("parseUnits() tells a run that ended well from one that did not, and from a daemon", () => {
  const cases = [["oneshot", "success", true], ["oneshot", "exit-code", false], [
    "notify",
    "success",
    false,
  ]] as const;
  for (const [type, result, expected] of cases) {
    const [unit] = parseUnits(`Id=x.service\nType=${type}\nResult=${result}\n`);
    assert.equal(unit?.ranToItsEnd, expected, `${type}, ${result}`);
  }
});

Deno.test("parseUnits() uses the start of a successful run as that of a unit that is never active", () => {
  const times = "InactiveExitTimestamp=Tue 2026-11-24 10:00:00 UTC\n" +
    "ActiveEnterTimestamp=Tue 2026-11-24 09:00:00 UTC\n";
  const [RUN, ACTIVE] = [Date.UTC(2026, 10, 24, 10), Date.UTC(2026, 10, 24, 9)];
  const cases = [
    ["Type=oneshot\nResult=success\nRemainAfterExit=no\n", RUN, true],
    ["Type=oneshot\nResult=success\nRemainAfterExit=yes\n", ACTIVE, false],
    ["Type=oneshot\nResult=exit-code\nRemainAfterExit=no\n", ACTIVE, false],
    ["Type=simple\nResult=success\n", ACTIVE, false],
  ] as const;
  for (const [lines, startedAt, ranToItsEnd] of cases) {
    const [unit] = parseUnits(`Id=x.service\n${lines}${times}`);
    assert.deepEqual([unit?.startedAt, unit?.ranToItsEnd], [startedAt, ranToItsEnd], lines);
  }
});

Deno.test("parseUnits() tells a condition that was not met from one that was not checked", () => {
  const time = "ConditionTimestamp=Tue 2026-11-24 10:00:00 UTC\n";
  const cases = [
    [`ConditionResult=no\n${time}`, false],
    [`ConditionResult=yes\n${time}`, true],
    ["ConditionResult=no\nConditionTimestamp=\n", true],
    ["", true],
  ] as const;
  for (const [lines, met] of cases) {
    assert.equal(parseUnits(`Id=x.service\n${lines}`)[0]?.conditionMet, met, lines);
  }
});

Deno.test("parseUnits() reads nothing from nothing", () => {
  for (const text of ["", "\n\n"]) assert.deepEqual(parseUnits(text), []);
});

Deno.test("observeUnits() knows each of many units, however long their names are", async () => {
  using directory = makeDirectory();
  const systemctl = directory.at("systemctl");
  const time = "Tue 2026-11-24 10:00:00.123456 UTC";
  const script = `#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
for unit; do
  cat << END
Id=$unit
LoadState=loaded
ActiveState=deactivating
SubState=stop-sigterm
StateChangeTimestamp=${time}
ActiveEnterTimestamp=${time}
InactiveExitTimestamp=${time}
ReloadResult=success
CanReload=yes
Type=notify-reload
RemainAfterExit=no
Result=success
NRestarts=1000000
MainPID=4194304
ConditionResult=yes
ConditionTimestamp=${time}

END
done
`;
  Deno.writeTextFileSync(systemctl, script, { mode: 0o755 });
  const names = Array.from({ length: 500 }, (_, at) => `${"a".repeat(240)}${at}.service`);
  const found = await observeUnits(names, [systemctl]);
  assert.deepEqual([...found.keys()], names);
  assert([...found.values()].every(({ active, hasMain }) => active === "deactivating" && hasMain));
});
