/** What check, status and plan see of units, on a real systemd and where there is none. */
import { assert } from "./assert.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { compiledVcm } from "../support/vcm.ts";
import { pairAlone, pairFor, type Scene, startScene } from "./scene.ts";
import { failedIn, goBad, goGood, pairWith, shell, startUnits, unlessBad } from "./unit_scene.ts";

const test = await testsNeeding("openbao", "machine");
const RUNS = "[Service]\nExecStart=/bin/sleep 1000\n";
const RELOADS = `${RUNS}ExecReload=/bin/true\n`;
const NOTHING = "Nothing to do: 1 certificate in order\n";

/** Its reload tells systemd that it began, and never that it is done. */
const HANGS = `[Service]\nType=notify\nNotifyAccess=all\nExecStart=${
  shell("systemd-notify --ready; exec sleep 1000")
}\nExecReload=${shell("systemd-notify RELOADING=1; sleep 0.2")}\n`;

async function untilState(scene: Scene, unit: string, property: string, wanted: string) {
  await waitUntil(`${unit} is ${wanted}`, 60, async () => {
    return await scene.systemctl("show", "--value", "-p", property, unit) === wanted || undefined;
  });
}

/** The exit status of check, and what it says of a unit. */
async function checkOf(scene: Scene, unit: string): Promise<[number, string]> {
  const { code, stdout } = await scene.vcm("check");
  const lines = stdout.split("\n").filter((line) => line.startsWith(`${unit}: `));
  return [code, lines.join("\n")];
}

test("check sees a unit that failed, flaps or hangs, and leaves a stopped one in peace", async () => {
  await using scene = await startScene();
  const ends = shell(unlessBad(scene, "exit 1"));
  const start = async (unit: string) =>
    await startUnits(scene, { "web.service": unit, "other.service": RELOADS });
  await start(RELOADS);
  await scene.configure(pairWith(scene, ["web", "other"]));
  assert.equal((await scene.vcm("run")).code, 0);
  assert.deepEqual(await checkOf(scene, "web.service"), [0, ""]);

  await scene.systemctl("stop", "web");
  assert.deepEqual(await checkOf(scene, "web.service"), [0, ""], "stopped on purpose");
  const idle = await scene.vcm("run");
  assert.equal(idle.stdout, NOTHING);

  await start(`[Service]\nExecStart=${ends}\n`);
  await goBad(scene);
  await scene.systemctl("restart", "web");
  await untilState(scene, "web", "ActiveState", "failed");
  assert.deepEqual(await checkOf(scene, "web.service"), [
    2,
    "web.service: it has failed; see: journalctl -u web.service; to start it: " +
    "systemctl start web.service",
  ]);
  const { stdout } = await scene.vcm("check");
  assert.match(stdout, /^BROKEN: 1 certificate in order, 1 unit not in order, /);
  const status = await scene.vcm("status");
  assert.match(status.stdout, /^a\.e2e\.test .* failed /m);

  await goGood(scene);
  await start(`[Service]\nExecStart=${ends}\nRestart=always\nRestartSec=30\n`);
  await goBad(scene);
  await scene.systemctl("restart", "web");
  await untilState(scene, "web", "SubState", "auto-restart");
  const [flaps, how] = await checkOf(scene, "web.service");
  assert.equal(flaps, 2);
  assert.match(how, /it has ended, and systemd is going to start it again; see: journalctl -u web/);

  await goGood(scene);
  await start(HANGS);
  await scene.systemctl("restart", "web");
  await scene.systemctl("--no-block", "reload", "web");
  await untilState(scene, "web", "ActiveState", "reloading");
  const [hangs, why] = await waitUntil("check calls it stuck", 60, async () => {
    const found = await checkOf(scene, "web.service");
    return found[1] === "" ? undefined : found;
  });
  assert.equal(hangs, 1);
  assert.match(
    why,
    /^web\.service: it hangs in "reloading" since 20.*; to end it: systemctl restart web\.service$/,
  );
  assert.match((await scene.vcm("plan")).stdout, /^web\.service\n {2}warning: it hangs in "rel/m);
  await scene.systemctl("restart", "web");
  assert.deepEqual(await checkOf(scene, "web.service"), [0, ""]);
});

test("a run names the unit whose reload hangs, with what ends it, and is bounded", async () => {
  await using scene = await startScene();
  await startUnits(scene, { "web.service": HANGS });
  await scene.configure(pairWith(scene, ["web"], ", control: reload, timeout: 3s"));
  const stuck =
    /^failed {2}web\.service: .*it hangs in "reloading" since 20.*; to end it: systemctl restart web\.service$/m;
  const run = await scene.vcm("run");
  assert.equal(run.code, 1);
  assert.match(run.stdout, /"systemctl reload web\.service" took longer than 3 s/);
  assert.match(run.stdout, stuck);
  const [code, lines] = await checkOf(scene, "web.service");
  assert.equal(code, 1);
  assert.match(lines, /pending reload: /);
  const next = await scene.vcm("run");
  assert.equal(next.code, 1);
  assert.match(next.stdout, stuck);
  await scene.systemctl("restart", "web");
  const cleared = await scene.vcm("run");
  assert.equal(cleared.code, 0, cleared.stdout);
  assert.match(cleared.stderr, /^web\.service: cleared: it loaded them 20/m);
});

test("a run tells that a unit is still starting after its limit, and where to look", async () => {
  await using scene = await startScene();
  const slow = unlessBad(scene, "exec sleep 1000").replace("else", "else systemd-notify --ready;");
  await startUnits(scene, {
    "web.service": `[Service]\nType=notify\nNotifyAccess=all\nExecStart=${shell(slow)}\n`,
  });
  await goBad(scene);
  await scene.configure(pairWith(scene, ["web"], ", control: restart, timeout: 2s"));
  const { code, stdout } = await scene.vcm("run");
  assert.equal(code, 1);
  assert.match(
    stdout,
    /"systemctl restart web\.service" took longer than 2 s; it is still activating; see: journalctl -u web\.service$/m,
  );
});

test("a unit that runs although it is masked or its file is gone cannot load new files", async () => {
  await using scene = await startScene();
  const names = ["masked", "gone", "broken"];
  await startUnits(scene, Object.fromEntries(names.map((name) => [`${name}.service`, RELOADS])));
  await scene.configure(pairWith(scene, names));
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  const { machine } = scene;
  const UNITS = "/etc/systemd/system";
  await machine.exec(["ln", "-sf", "/dev/null", `${UNITS}/masked.service`]);
  await machine.exec(["rm", `${UNITS}/gone.service`]);
  await machine.writeUnit("broken.service", "[Service]\nExecReload=/bin/true\n");
  await scene.systemctl("daemon-reload");
  const expected: Record<string, RegExp> = {
    masked: /it is masked, so systemd cannot act on it; fix: systemctl unmask masked\.service$/,
    gone: /its unit file was removed, so systemd cannot act on it; fix: install it again, then: /,
    broken: /systemd cannot load its unit file \(bad-setting\); see: systemctl status broken/,
  };
  for (const name of names) {
    const [code, line] = await checkOf(scene, `${name}.service`);
    assert.equal(code, 1);
    assert.match(line, new RegExp(`^${name}\\.service: it runs, but ${expected[name]?.source}`));
  }
  for (const control of ["try-reload-or-restart", "reload", "restart"]) {
    await scene.configure(pairWith(scene, names, `, control: ${control}`));
    assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
    const run = await scene.vcm("run");
    assert.equal(run.code, 1, run.stdout);
    assert.deepEqual(failedIn(run.stdout), names.map((name) => `${name}.service`).sort());
    for (const name of names) {
      const pattern = `^failed {2}${name}\\.service: ${expected[name]?.source}`;
      assert.match(run.stdout, new RegExp(pattern, "m"), control);
    }
    assert.equal(await scene.systemctl("show", "--value", "-p", "ActiveState", "gone"), "active");
  }
  // A signal needs no unit file.
  await scene.configure(pairWith(scene, names, ", signal: CONT"));
  const signalled = await scene.vcm("run");
  assert.deepEqual([signalled.code, failedIn(signalled.stdout)], [0, []], signalled.stdout);
});

test("several names of one unit are one service, which acts once", async () => {
  await using scene = await startScene();
  const runs = `${scene.directory}/runs`;
  const { machine } = scene;
  for (const name of ["mysql", "mysqld"]) {
    await machine.exec([
      "ln",
      "-s",
      "/etc/systemd/system/mariadb.service",
      `/etc/systemd/system/${name}.service`,
    ]);
  }
  await startUnits(scene, {
    "mariadb.service": `${RUNS}ExecStartPre=${shell(`echo started >> ${runs}`)}\n`,
  });
  const started = async () => (await Deno.readTextFile(runs)).trim().split("\n").length;
  assert.equal(await started(), 1);
  const names = ["mysql", "mariadb", "mysqld"];
  const certificates = names.map((name) =>
    pairFor(scene, `${name}.e2e.test`, `{name: ${name}, control: restart}`)
  ).join("");
  await scene.configure(certificates);
  const plan = await scene.vcm("plan");
  assert.match(plan.stdout, /^mariadb\.service\n {2}restart: .*mysql\.e2e\.test, mariadb/m);
  assert.match(plan.stdout, /Plan: 3 to issue, 6 files to deploy, 1 service action/);
  const run = await scene.vcm("run");
  assert.match(run.stdout, /Done: 3 issued, 6 files deployed, 1 service action; 0 failed/);
  assert.equal(await started(), 2);
  assert.equal((await scene.vcm("run")).stdout, NOTHING.replace("1 certificate", "3 certificates"));

  // A pending action is under one name, whichever the file has and whatever part of it runs.
  assert.equal((await scene.vcm("issue", "--force", "--quiet", "mysqld.e2e.test")).code, 0);
  assert.equal((await scene.vcm("deploy", "--quiet")).code, 0);
  const pending = () =>
    [...Deno.readDirSync(`${scene.directory}/store/.pending`)]
      .map(({ name }) => name);
  assert.deepEqual(pending(), ["mariadb.service"]);
  const check = await scene.vcm("check");
  assert.equal(check.code, 1);
  assert.match(check.stdout, /^mariadb\.service: pending restart: it has not loaded/m);
  const later = await scene.vcm("run", "mysql.e2e.test");
  assert.deepEqual([later.code, await started(), pending()], [0, 3, []], later.stdout);

  // As an earlier version left it.
  await Deno.writeTextFile(
    `${scene.directory}/store/.pending/mysql.service`,
    "mysql.service has to load new files\ncertificate: mysql.e2e.test\n",
  );
  const old = await scene.vcm("run");
  assert.deepEqual([old.code, await started(), pending()], [0, 4, []], old.stdout + old.stderr);
});

test("a unit that does not exist is told before a certificate is asked for, and blocks nothing", async () => {
  await using scene = await startScene();
  const told = "systemd has no such unit; check the name, or install the package that brings it";
  await scene.configure(pairFor(scene, "a.e2e.test", "{name: ngnix, control: reload}"));
  const plan = await scene.vcm("plan");
  assert.equal(plan.code, 0);
  assert.ok(plan.stdout.includes(`  warning: ${told}\n`), plan.stdout);
  const doctor = await scene.vcm("doctor");
  assert.equal(doctor.code, 0, doctor.stdout);
  assert.ok(doctor.stdout.includes(`warning  ngnix.service: ${told}\n`), doctor.stdout);
  const run = await scene.vcm("run");
  assert.equal(run.code, 1);
  assert.ok(run.stderr.startsWith(`warning: ngnix.service: ${told}\n`), run.stderr);
  assert.match(run.stdout, /Done: 1 issued, 2 files deployed, 0 service actions; 1 failed/);

  await Deno.mkdir(`${scene.directory}/user`);
  await Deno.writeTextFile(`${scene.directory}/user/own.service`, RUNS);
  const { machine } = scene;
  await machine.exec(["mkdir", "-p", "/run/systemd/user"]);
  await machine.exec(["ln", "-s", `${scene.directory}/user/own.service`, "/run/systemd/user/"]);
  await scene.configure(pairFor(scene, "a.e2e.test", "{name: own, control: reload}"));
  for (const command of ["plan", "doctor"]) {
    const { stdout } = await scene.vcm(command);
    assert.match(
      stdout,
      /it is a unit of "systemctl --user" \(\/run\/systemd\/user\/own\.service\), .*"command": \["systemctl", "--user", "--machine=USER@\.host", "reload", "own\.service"\]/,
    );
  }
});

test("check asks systemd once, and a run with nothing to do not at all", async () => {
  await using scene = await startScene();
  await startUnits(scene, { "web.service": RELOADS, "other.service": RELOADS });
  await scene.configure(
    pairWith(scene, ["web", "other"]) + pairFor(scene, "b.e2e.test", "{name: web}"),
  );
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  const asked = `${scene.directory}/asked`;
  await Deno.writeTextFile(
    `${scene.directory}/systemctl`,
    `#!/bin/sh\necho "$*" >> ${asked}\nexec /bin/systemctl.real "$@"\n`,
    { mode: 0o755 },
  );
  const count = async (...args: string[]) => {
    await Deno.writeTextFile(asked, "");
    // Only in a mount namespace of its own.
    const script = `real=$(readlink -f /usr/bin/systemctl); cp "$real" ${scene.directory}/real
sed -i s,/bin/systemctl.real,${scene.directory}/real, ${scene.directory}/systemctl
mount --bind ${scene.directory}/systemctl "$real" && exec "$@"`;
    const { code, stdout } = await scene.machine.exec([
      "unshare",
      "--mount",
      "sh",
      "-c",
      script,
      "sh",
      await compiledVcm(),
      ...args,
      "--config",
      `${scene.directory}/vcm.yaml`,
    ]);
    const calls = (await Deno.readTextFile(asked)).split("\n").filter((line) => line !== "");
    return { code, stdout, calls };
  };
  for (const command of ["check", "status", "plan"]) {
    const { code, calls } = await count(command);
    assert.deepEqual([code, calls.length], [0, 1], command);
    assert.match(calls[0] ?? "", /^show .* -- web\.service other\.service$/);
  }
  const run = await count("run");
  assert.deepEqual([run.code, run.stdout, run.calls], [
    0,
    "Nothing to do: 2 certificates in order\n",
    [],
  ]);
});

test("where there is no systemd, check is as without services, and doctor tells", async () => {
  await using scene = await startScene();
  await startUnits(scene, { "web.service": RELOADS });
  await scene.configure(pairWith(scene, ["web"]));
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  const outside = async (command = "check") => {
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      // A host whose systemd does not run.
      args: [
        "--mount",
        "sh",
        "-c",
        'mount -t tmpfs tmpfs /run && exec "$@"',
        "sh",
        await compiledVcm(),
        command,
        "--config",
        `${scene.directory}/vcm.yaml`,
      ],
      cwd: "/",
    }).output();
    return [code, new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)];
  };
  const withService = await outside();
  assert.match(
    String((await outside("doctor"))[1]),
    /^warning {2}systemd: does not answer here, so the actions of web\.service would fail\n.*to see why: systemctl show web\.service$/m,
  );
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  assert.deepEqual(withService, await outside());
  assert.equal(withService[0], 0);
});
