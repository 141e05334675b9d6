import assert from "node:assert/strict";
import { examineHost } from "../../../../lib/tools/doctor/examine_host.ts";
import { examineSchedule } from "../../../../lib/tools/doctor/examine_schedule.ts";
import { examineEnvironment } from "../../../../lib/tools/doctor/examine_environment.ts";
import { examineEntries } from "../../../../lib/tools/doctor/examine_entries.ts";
import { makeConfig, makeSpec, NOW } from "../../../support/fixtures.ts";
import { makeDirectory } from "../../../support/rig.ts";
import { assertFix } from "./doctor_bench.ts";
import type { CheckResult } from "../../../../lib/report/check_result.ts";

/** A systemd that answers with these properties of the timer and the service. */
function systemd(timer: string, service: string, environmentFile = "/none/environment") {
  return {
    directory: "/none",
    environmentFile,
    hasSystemd: () => true,
    systemctl: () =>
      Promise.resolve({ code: 0, stdout: `${timer}\n\n${service}\n`, stderr: "", outlived: false }),
  };
}

function withoutSystemd(environmentFile = "/none/environment") {
  return { ...systemd("", ""), hasSystemd: () => false, environmentFile };
}

const TIMER = "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNeedDaemonReload=no\n" +
  "NextElapseUSecRealtime=Tue 2026-12-01 11:07:00 UTC";
const RAN = "ActiveState=inactive\nResult=success\nExecMainStatus=0\n" +
  "ExecMainExitTimestamp=Tue 2026-12-01 09:07:00 UTC";

function lines(results: readonly CheckResult[]): string[] {
  results.forEach(assertFix);
  return results.map(({ verdict, subject, detail, remedy }) =>
    `${verdict} ${subject}: ${detail}${remedy === undefined ? "" : ` | ${remedy}`}`
  );
}

Deno.test("vcm doctor warns if a crash would leave a core file, whatever its size", async () => {
  const of = async (limit: string | undefined) => {
    const host = { coreLimit: () => Promise.resolve(limit), env: () => undefined, now: () => NOW };
    const results = await examineHost(makeConfig([]), host, withoutSystemd());
    return results.filter(({ subject }) => subject === "core files");
  };
  for (const limit of ["unlimited", "1048576"]) {
    const [result] = await of(limit);
    assert.equal(result?.verdict, "warning");
    assert.ok(result?.detail.includes(limit), result?.detail);
    assert.equal(result?.remedy, 'run "ulimit -c 0" before VCM');
  }
  assert.deepEqual([await of("0"), await of(undefined)], [[], []]);
});

Deno.test("vcm doctor finds a schedule that is too slow for a certificate", async () => {
  using directory = makeDirectory();
  const host = { coreLimit: () => Promise.resolve("0"), env: () => undefined, now: () => NOW };
  const places = { units: [], crontabs: [directory.at("cron")] };
  const of = async (minutes: string, ttl: number) => {
    directory.write("cron", `${minutes} * * * *  root  /usr/local/bin/vcm run -q\n`);
    const config = makeConfig([{ ...makeSpec({ name: "web" }), ttl }], "/etc/vcm/vcm.yaml");
    const results = await examineHost(config, host, withoutSystemd(), places);
    return lines(results).filter((line) => line.includes("runs can be"))
      .map((line) => line.replace(directory.path, "D"));
  };
  assert.deepEqual(await of("17", 30 * 86_400), []);
  const [expires = ""] = await of("17", 3_600);
  assert.match(expires, /^problem D\/cron: [^]* expire between two runs \| run "vcm install"$/);
  const [close = ""] = await of("*/30", 3 * 3_600);
  assert.match(close, /^warning D\/cron: [^]*3 runs must fit into that time \| run "vcm install"$/);
});

Deno.test("vcm doctor tells the next run of the timer, and how the last one ended", async () => {
  assert.deepEqual(lines(await examineSchedule(systemd(TIMER, RAN), "/none")), [
    "ok vcm.timer: it runs; next run 2026-12-01 11:07 UTC",
    "ok vcm.service: its last run ended well, 2026-12-01 09:07 UTC",
  ]);
  const failed = RAN.replace("success", "exit-code").replace("Status=0", "Status=1");
  assert.equal(
    lines(await examineSchedule(systemd(TIMER, failed), "/none"))[1],
    "problem vcm.service: its last run failed, 2026-12-01 09:07 UTC (exit-code, exit status 1) | " +
      "to see why: journalctl -u vcm.service -n 50",
  );
});

Deno.test("vcm doctor says how to start a timer that does not run, or is not there", async () => {
  const start = "systemctl enable --now vcm.timer";
  const cases = [
    ["ActiveState=inactive", `problem vcm.timer: it is inactive | ${start}`],
    ["UnitFileState=disabled", `warning vcm.timer: it runs, but is not started at boot | ${start}`],
    [
      "NeedDaemonReload=yes",
      "warning vcm.timer: its file has changed since systemd read it | systemctl daemon-reload",
    ],
    [
      "LoadState=not-found",
      "warning schedule: nothing is known to run VCM on this host: there is no vcm.timer | " +
      "vcm install",
    ],
  ] as const;
  for (const [property, expected] of cases) {
    const [key] = property.split("=");
    const timer = TIMER.replace(new RegExp(`^${key}=.*`, "m"), property);
    assert.equal(lines(await examineSchedule(systemd(timer, RAN), "/none"))[0], expected);
  }
});

Deno.test("vcm doctor finds a unit that runs a program that is gone", async () => {
  const service = `${RAN}\nExecStart={ path=/none/vcm ; argv[]=/none/vcm run --quiet ; }`;
  assert.equal(
    lines(await examineSchedule(systemd(TIMER, service), "/none"))[2],
    'problem vcm.service: it runs "/none/vcm", which does not exist | vcm install',
  );
});

Deno.test("vcm doctor tells why cron ignores a line", async () => {
  using directory = makeDirectory();
  const path = directory.at("cron");
  const line = `17 * * * *  root  ulimit -c 0; exec ${directory.at("vcm")} run --quiet\n`;
  const found = async (text: string, mode = 0o644) => {
    Deno.writeTextFileSync(path, text);
    Deno.chmodSync(path, mode);
    const [result, ...more] = lines(await examineSchedule(withoutSystemd(), path));
    assert.deepEqual(more, []);
    return result?.replaceAll(directory.path, "D");
  };
  directory.write("vcm", "");
  assert.equal(await found(line), "ok D/cron: it runs VCM: 17 * * * *");
  assert.equal(
    await found(line, 0o664),
    "problem D/cron: cron ignores it, because others can write to it (mode 0664) | chmod 644 D/cron",
  );
  assert.match(await found(line.trim()) ?? "", /its last line has no end \| echo >> D\/cron$/);
  assert.match(
    await found("# nothing\n") ?? "",
    /no line of it runs VCM \| for the line: vcm inst/,
  );
  Deno.removeSync(directory.at("vcm"));
  assert.match(await found(line) ?? "", /it runs "D\/vcm", which does not exist/);
});

Deno.test("vcm doctor says that a run by hand lacks the variables of scheduled runs", () => {
  using directory = makeDirectory();
  const path = directory.at("environment");
  directory.write(
    "environment",
    "# for VCM\nVAULT_TOKEN='secret-1'\nVAULT_ADDR=https://v\n",
    0o644,
  );
  const open = lines(examineEnvironment(path, { env: () => undefined }));
  assert.deepEqual(open.map((line) => line.replaceAll(directory.path, "D")), [
    "problem D/environment: it contains a secret and is open to others | chmod 600 D/environment",
    "warning D/environment: scheduled runs read it, and a run by hand does not: VAULT_TOKEN, " +
    "VAULT_ADDR are missing or different here | set -a; . D/environment; set +a; vcm doctor",
  ]);
  Deno.chmodSync(path, 0o600);
  const variables = new Map([["VAULT_TOKEN", "secret-1"], ["VAULT_ADDR", "https://v"]]);
  const [same] = examineEnvironment(path, { env: (name) => variables.get(name) });
  assert.equal(same?.verdict, "ok");
  assert.deepEqual(examineEnvironment("/none/environment", { env: () => undefined }), []);
});

Deno.test("vcm doctor finds directories, owners and programs that do not exist", async () => {
  using directory = makeDirectory();
  const target = (name: string, owner?: string) => ({
    what: "cert" as const,
    path: directory.at(name),
    createDirs: false,
    overwrite: false,
    ...(owner !== undefined && { owner }),
  });
  const spec = makeSpec({
    name: "a.example.com",
    targets: [target("none/a.crt"), target("a.crt", "nosuchuser")],
  });
  const config = { ...makeConfig([spec]), certStore: directory.at("store") };
  const found = lines(await examineEntries(config, [spec], NOW));
  assert.deepEqual(found.map((line) => line.replaceAll(directory.path, "D")), [
    'problem a.example.com: Directory "D/none" does not exist | mkdir -p D/none, or set ' +
    '"create_dirs: true"',
    'problem a.example.com: The owner "nosuchuser" of "D/a.crt" does not exist on this host | ' +
    'useradd --system nosuchuser, or correct "owner" in the configuration',
  ]);
});
