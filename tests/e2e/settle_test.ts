/** After an action a service must be up, and stay up, on a real systemd. */
import { assert } from "./assert.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { pairFor, startScene } from "./scene.ts";
import { failedIn, goBad, goGood, pairWith, shell, startUnits, unlessBad } from "./unit_scene.ts";

const test = await testsNeeding("openbao", "machine");
const NOTHING = "Nothing to do: 1 certificate in order\n";
const UNLIMITED = "[Unit]\nStartLimitIntervalSec=0\n";

test("a process that ends after its restart is a failure, however and of whatever type it is", async () => {
  await using scene = await startScene();
  const units: Record<string, string> = {};
  for (const delay of ["0.1", "0.7"]) {
    for (const status of [0, 1]) {
      const ends = unlessBad(scene, `sleep ${delay}; exit ${status}`);
      for (const restart of ["no", "on-failure", "always"]) {
        const tail = `Restart=${restart}\n`;
        const name = `${delay.replace("0.", "")}-${status}-${restart}.service`;
        units[`simple-${name}`] = `${UNLIMITED}[Service]\nExecStart=${shell(ends)}\n${tail}`;
        if (restart === "on-failure") continue;
        units[`forking-${name}`] = `${UNLIMITED}[Service]\nType=forking\nExecStart=${
          shell(`(${ends}) & exit 0`)
        }\n${tail}`;
        units[`notify-${name}`] =
          `${UNLIMITED}[Service]\nType=notify\nNotifyAccess=all\nExecStart=${
            shell(`systemd-notify --ready; ${ends}`)
          }\n${tail}`;
      }
    }
    const stays = "Type=simple\nRemainAfterExit=yes\n";
    units[`remains-${delay.replace("0.", "")}.service`] = `[Service]\n${stays}ExecStart=${
      shell(unlessBad(scene, `sleep ${delay}; exit 0`))
    }\n`;
  }
  const once = (name: string, script: string, more = "") => {
    units[`${name}.service`] = `[Service]\nType=oneshot\n${more}ExecStart=${shell(script)}\n`;
  };
  const fails = `sleep 0.1; ! test -e ${scene.directory}/bad`;
  once("oneshot-ends", "sleep 0.1");
  once("oneshot-stays", "sleep 0.1", "RemainAfterExit=yes\n");
  once("oneshot-fails", fails);
  once("oneshot-again", fails, "Restart=on-failure\nRestartSec=9\nRemainAfterExit=yes\n");
  await startUnits(scene, units);
  await goBad(scene);
  await scene.configure(pairWith(scene, Object.keys(units), ", control: restart"));
  const run = await scene.vcm("run");
  const good = ["oneshot-ends.service", "oneshot-stays.service"];
  const bad = Object.keys(units).filter((name) => !good.includes(name)).sort();
  assert.equal(run.code, 1, run.stdout);
  assert.deepEqual(failedIn(run.stdout), bad, run.stdout);
  assert.match(run.stdout, /Done: .* 2 service actions; 32 failed, 0 skipped$/m);

  const check = await scene.vcm("check");
  assert.match(String(check.code), /^[12]$/, check.stdout);
  for (const name of bad) assert.ok(check.stdout.includes(`\n${name}: `), name);
  for (const name of good) assert.ok(!check.stdout.includes(`\n${name}: `), name);

  await goGood(scene);
  const mended = await scene.vcm("run");
  assert.deepEqual([mended.code, failedIn(mended.stdout)], [0, []], mended.stdout);
  assert.equal((await scene.vcm("run")).stdout, NOTHING);
  assert.equal((await scene.vcm("check")).code, 0);
});

test("a unit that outlives its main process stays up without it", async () => {
  await using scene = await startScene();
  await startUnits(scene, {
    "web.service": "[Service]\nExitType=cgroup\nExecReload=/bin/true\n" +
      `ExecStart=${shell("sleep 1000 & sleep 1")}\n`,
  });
  for (const control of ["restart", "reload"]) {
    await scene.configure(pairWith(scene, ["web"], `, control: ${control}`));
    assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
    const run = await scene.vcm("run");
    assert.deepEqual([run.code, failedIn(run.stdout)], [0, []], run.stdout);
    assert.equal((await scene.vcm("check")).code, 0);
  }
});

test("what ends later is seen by the next check, and within a longer settle by the run", async () => {
  await using scene = await startScene();
  const bad = `${scene.directory}/bad`;
  const ends = shell(unlessBad(scene, `. ${bad}`));
  await startUnits(scene, { "web.service": `[Service]\nExecStart=${ends}\n` });
  // Later than a busy machine needs for the run.
  await Deno.writeTextFile(bad, "sleep 15; exit 1\n");
  await scene.configure(pairWith(scene, ["web"], ", settle: 1s"));
  const run = await scene.vcm("run");
  assert.deepEqual([run.code, failedIn(run.stdout)], [0, []], run.stdout);
  await waitUntil("it has failed", 60, async () => {
    return await scene.systemctl("show", "--value", "-p", "ActiveState", "web") === "failed" ||
      undefined;
  });
  for (const command of ["check", "status"]) {
    const { code, stdout } = await scene.vcm(command);
    assert.equal(code, 2, stdout);
    assert.match(
      stdout,
      /^web\.service: it has failed; see: journalctl -u web\.service; to start it: systemctl start /m,
    );
  }
  assert.match(
    (await scene.vcm("plan")).stdout,
    /^web\.service\n {2}warning: it has failed; see: /m,
  );
  assert.equal((await scene.vcm("run")).stdout, NOTHING, "its OK is about files and own actions");

  await Deno.writeTextFile(bad, "sleep 3; exit 1\n");
  await scene.configure(pairWith(scene, ["web"], ", settle: 7s, control: restart"));
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  const longer = await scene.vcm("run");
  assert.equal(longer.code, 1, longer.stdout);
  assert.match(longer.stdout, /^failed {2}web\.service: after the restart it has failed; see: /m);
});

test("a unit that is not active after its action, but was before, is a failure until it was up", async () => {
  await using scene = await startScene();
  const { directory } = scene;
  const bad = `${directory}/bad`;
  const runs = "[Service]\nExecStart=/bin/sleep 1000\n";
  const units = {
    "needed.service":
      `[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c '! test -e ${bad}'\n`,
    "dep.service": `[Unit]\nRequires=needed.service\nAfter=needed.service\n${runs}`,
    "cond.service": `[Unit]\nConditionPathExists=!${bad}\n${runs}`,
    "assert.service": `[Unit]\nAssertPathExists=!${bad}\n${runs}`,
    "excond.service": `${runs}ExecCondition=/bin/sh -c '! test -e ${bad}'\n`,
    "once.service":
      `[Unit]\nConditionPathExists=!${bad}\n[Service]\nType=oneshot\nExecStart=/bin/true\n`,
    "hup.service": `${runs}ExecReload=/bin/kill -HUP $MAINPID\nRestart=on-failure\nRestartSec=20\n`,
    "hup-always.service":
      `${runs}ExecReload=/bin/kill -HUP $MAINPID\nRestart=always\nRestartSec=8\n`,
    "crash.service":
      `${runs}ExecReload=/bin/kill -SEGV $MAINPID\nRestart=on-failure\nRestartSec=1\n`,
    "own.socket":
      `[Unit]\nConditionPathExists=!${bad}\n[Socket]\nListenStream=/run/own.sock\nService=own.service\n`,
    "own.service": `[Service]\nExecStart=/bin/sleep 1000\n`,
    "own.target": `[Unit]\nConditionPathExists=!${bad}\n`,
  };
  await startUnits(scene, units);
  await scene.systemctl("stop", "own.service");
  await scene.systemctl("stop", "needed.service");
  await scene.systemctl("start", "dep.service", "own.socket");
  await goBad(scene);
  const names = ["dep", "cond", "assert", "excond", "once", "own.socket", "own.target"];
  const services = names.map((name) => `{name: ${name}, control: restart}`);
  services.push("{name: hup}", "{name: hup-always}", "{name: crash, control: reload}");
  await scene.systemctl("stop", "needed.service");
  await scene.systemctl("start", "own.socket");
  await scene.configure(pairFor(scene, "a.e2e.test", services.join("\n      - ")));
  const run = await scene.vcm("run");
  assert.equal(run.code, 1, run.stdout);
  const failed = Object.keys(units)
    .filter((name) => !["needed.service", "own.service"].includes(name)).sort();
  assert.deepEqual(failedIn(run.stdout), failed, run.stdout);
  assert.match(
    run.stdout,
    /^failed {2}cond\.service: .*a condition of the unit was not met; see: /m,
  );
  const next = await scene.vcm("run");
  assert.deepEqual([next.code, failedIn(next.stdout).includes("cond.service")], [1, true]);

  await goGood(scene);
  await scene.systemctl("start", ...failed);
  await waitUntil("all have been up for a while", 60, async () => {
    return (await scene.vcm("check")).code === 0 || undefined;
  });
  const mended = await scene.vcm("run");
  assert.deepEqual([mended.code, failedIn(mended.stdout)], [0, []], mended.stdout);
  assert.equal((await scene.vcm("check")).code, 0);
});

test("a unit in a crash loop before the action is a failure, and none once the loop is over", async () => {
  await using scene = await startScene();
  const script = unlessBad(scene, "exit 1");
  await startUnits(scene, {
    "loops.service": `${UNLIMITED}[Service]\nExecStart=${shell(script)}\n` +
      "Restart=on-failure\nRestartSec=5\n",
  });
  await goBad(scene);
  await scene.systemctl("--no-block", "restart", "loops");
  await waitUntil("it loops", 60, async () => {
    return await scene.systemctl("show", "--value", "-p", "SubState", "loops") ===
        "auto-restart" || undefined;
  });
  await scene.configure(pairWith(scene, ["loops"]));
  for (const issued of [1, 0]) {
    const run = await scene.vcm("run");
    assert.deepEqual([run.code, failedIn(run.stdout)], [1, ["loops.service"]], run.stdout);
    assert.match(
      run.stdout,
      new RegExp(`^Done: ${issued} issued, .* 0 service actions; 1 failed`, "m"),
    );
    assert.match(String((await scene.vcm("check")).code), /^[12]$/);
  }
  await goGood(scene);
  await scene.systemctl("restart", "loops");
  const run = await scene.vcm("run");
  assert.deepEqual([run.code, failedIn(run.stdout)], [0, []], run.stdout);
  assert.match(run.stderr, /^loops\.service: cleared: it loaded them 20/m);
});

test("sockets, targets, timers, sysv and wrapper units are up by what their kind is", async () => {
  await using scene = await startScene();
  const forks = shell("sleep 1000 & exit 0");
  const units = {
    "sysv.service": "[Service]\nType=forking\nRemainAfterExit=yes\nGuessMainPID=no\n" +
      `KillMode=process\nExecStart=${forks}\nExecReload=/bin/true\n`,
    "wrapper.service": "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n" +
      "ExecReload=/bin/true\n",
    "part.service": "[Unit]\nPartOf=wrapper.service\nReloadPropagatedFrom=wrapper.service\n" +
      `[Service]\nType=forking\nExecStart=${forks}\nExecReload=/bin/true\n`,
    "exec.service": "[Service]\nType=exec\nExecStart=/bin/sleep 1000\n",
    "own.socket": "[Socket]\nListenStream=/run/own.sock\nService=part.service\n",
    "own.target": "[Unit]\n",
    "own.timer": "[Timer]\nOnActiveSec=1d\nUnit=part.service\n",
    "own.path": "[Path]\nPathExists=/nowhere\nUnit=part.service\n",
  };
  await startUnits(scene, units);
  await scene.systemctl("stop", "part.service");
  await scene.systemctl("start", "own.socket");
  const names = Object.keys(units).filter((name) => name !== "part.service");
  for (const control of ["restart", "try-reload-or-restart"]) {
    await scene.configure(pairWith(scene, names, `, control: ${control}`));
    assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
    const run = await scene.vcm("run");
    assert.deepEqual([run.code, failedIn(run.stdout)], [0, []], run.stdout);
    assert.match(run.stdout, /, 7 service actions; 0 failed, 0 skipped$/m);
    assert.equal((await scene.vcm("check")).code, 0);
    assert.equal((await scene.vcm("run")).stdout, NOTHING);
  }
});
