/** Whatever programs and files of the host say: it is read, and never throws. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseLocks, parseProcess } from "../../../lib/store/lock_holder.ts";
import { parseState } from "../../../lib/host/containers.ts";
import { parseIds } from "../../../lib/host/accounts.ts";
import { parseTimestamp, parseUnits } from "../../../lib/host/units.ts";
import { anyJson, damagedJson } from "../arbitraries/json.ts";
import { anyText, damaged } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const UNIT = [
  "Id=nginx.service",
  "LoadState=loaded",
  "ActiveState=active",
  "StateChangeTimestamp=Tue 2026-11-24 10:00:00.123456 UTC",
  "ActiveEnterTimestamp=Tue 2026-11-24 09:00:00 UTC",
  "ReloadResult=success",
  "CanReload=yes",
  "Type=notify",
  "Result=success",
].join("\n");

const STATE = { Status: "running", Running: true, StartedAt: "2026-11-24T16:12:59.677415505Z" };

const LOCKS = {
  locks: [
    { pid: 4711, type: "FLOCK", mode: "WRITE", path: "/store/.lock" },
    { pid: "12", type: "POSIX", mode: "WRITE*", path: null },
  ],
};

const PROCESS = "Tue Nov 24 10:00:00 2026 /usr/bin/vcm run --config /etc/vcm/vcm.yaml\n";

const json = (...good: readonly unknown[]) =>
  fc.oneof(
    { weight: 3, arbitrary: damagedJson(...good) },
    damaged(...good.map((value) => JSON.stringify(value))),
    anyJson.map((value) => JSON.stringify(value)),
    anyText,
  );

/** A moment in milliseconds, or 0 for none. */
function assertMoment(moment: number): void {
  assert.ok(Number.isFinite(moment), `${moment} is no moment`);
  assert.ok(!Number.isNaN(new Date(moment).getTime()), `${moment} is beyond all dates`);
}

export const HOST_WORDS = [
  fuzz(
    "whatever systemctl shows is read",
    fc.oneof(damaged(UNIT, `${UNIT}\n\n${UNIT}\n`), anyText),
    (text) => {
      for (const { changedAt, startedAt, unit } of parseUnits(text)) {
        assertMoment(changedAt);
        assertMoment(startedAt);
        assert.equal(typeof unit, "string");
      }
    },
  ),
  fuzz(
    "any timestamp of systemd is a time or none",
    fc.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{0,8})? UTC$/),
    (text) => assertMoment(parseTimestamp(text)),
  ),
  fuzz("whatever Docker says of a container is read", json(STATE), (text) => {
    const state = parseState(text);
    if (state === undefined) return;
    assertMoment(state.startedAt);
    assert.ok(state.startedAt >= 0 && ["running", "stopped"].includes(state.state));
  }),
  fuzz("whatever lslocks says is a process or none", json(LOCKS), (text) => {
    let pid: number | undefined;
    try {
      pid = parseLocks(text, "/store/.lock");
    } catch (error) {
      // Its caller takes what cannot be read for nobody.
      assert.ok(error instanceof SyntaxError || error instanceof TypeError, String(error));
    }
    assert.ok(pid === undefined || pid > 0);
  }),
  fuzz("whatever ps says of a process is one line", fc.oneof(damaged(PROCESS), anyText), (text) => {
    const { command } = parseProcess(1, text) ?? { command: "" };
    assert.match(command, /^\P{Cc}*$/u);
    assert.ok(command.length <= 200);
  }),
  fuzz(
    "whatever getent says is numbers by names",
    fc.oneof(damaged("root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/:\n"), anyText),
    (text) => {
      for (const [name, id] of parseIds(text)) {
        assert.ok(name !== "" && id >= 0 && !Number.isNaN(id), `${name} ${id}`);
      }
    },
  ),
];
