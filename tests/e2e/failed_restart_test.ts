/** Units that were active before VCM's action and are not right after it, on a real systemd. */
import { assert } from "./assert.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { freePort } from "../support/free_port.ts";
import { compiledVcm } from "../support/vcm.ts";
import { pairFor, type Scene, startScene, writeCountingUnit } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");
const UNIT = "web.service";
const OTHER = "other.service";
const NAME = "a.e2e.test";
const RUNS = "ExecStart=/bin/sleep 600\n";
const NOTHING = "Nothing to do: 1 certificate in order\n";
/** Of the run after the one that failed. */
const DOWN = /^failed {2}web\.service: it was up before the action of 20.* UTC, but is down now; /m;

async function start(scene: Scene, lines: string, unit = UNIT): Promise<void> {
  await scene.machine.writeUnit(unit, lines);
  // As an enabled unit: systemd forgets one that is inactive and that nothing refers to.
  await scene.machine.writeUnit("all.target", `[Unit]\nWants=${UNIT} ${OTHER}\n`);
  await scene.systemctl("daemon-reload");
  await scene.systemctl("start", unit);
  await scene.systemctl("--no-block", "start", "all.target");
}

function show(scene: Scene, property: string): Promise<string> {
  return scene.systemctl("show", "--value", "-p", property, UNIT);
}

/** What a user sees of it for as long as nobody starts the unit: check, and one more run. */
async function staysPending(scene: Scene, how: RegExp): Promise<void> {
  const check = await scene.vcm("check");
  assert.equal(check.code, 1, check.stdout);
  assert.match(check.stdout, /^DUE: /);
  assert.match(check.stdout, how);
  const next = await scene.vcm("run");
  assert.equal(next.code, 1, next.stdout + next.stderr);
  assert.doesNotMatch(next.stderr, /cleared/);
  assert.equal((await scene.vcm("check")).code, 1);
}

/** It was up again since, whatever its state is now. */
async function clearsByStart(scene: Scene): Promise<void> {
  await scene.systemctl("start", UNIT);
  await scene.systemctl("stop", UNIT);
  const check = await scene.vcm("check");
  assert.equal(check.code, 0, check.stdout);
  const run = await scene.vcm("run");
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.match(run.stderr, /^web\.service: cleared: it loaded them 20/m);
  assert.equal((await scene.vcm("run")).stdout, NOTHING);
}

test("a reload that ends the unit is a failure until the unit was up again", async () => {
  await using scene = await startScene();
  await start(scene, `[Service]\n${RUNS}ExecReload=/bin/kill $MAINPID\n`);
  await scene.configure(pairFor(scene, NAME, `{name: ${UNIT}, control: try-reload-or-restart}`));
  const run = await scene.vcm("run");
  assert.equal(run.code, 1, run.stdout + run.stderr);
  assert.match(run.stdout, /^failed {2}web\.service: .*; see: journalctl -u web\.service/m);
  assert.match(run.stdout, /Done: 1 issued, 2 files deployed, 0 service actions; 1 failed/);
  assert.equal(await show(scene, "ActiveState"), "inactive");

  await staysPending(scene, /\(it is inactive, but was running before the action of 20.* UTC\)/);
  const again = await scene.vcm("run");
  assert.match(again.stdout, DOWN);
  assert.match(again.stdout, /; to start it: systemctl start web\.service$/m);
  assert.equal(await show(scene, "ActiveState"), "inactive", "nobody asked to start it");
  // New files do not make it a unit that was stopped before.
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  assert.match((await scene.vcm("run")).stdout, DOWN);
  await clearsByStart(scene);
});

test("a unit that ends a second after its reload is a failure, however it ends", async () => {
  await using scene = await startScene();
  for (const [code, state] of [["0", "inactive"], ["1", "failed"]] as const) {
    const script = `trap "sleep 1; exit ${code}" HUP; while :; do sleep 0.1; done`;
    await start(
      scene,
      `[Service]\nExecStart=/bin/sh -c '${script}'\nExecReload=/bin/kill -HUP $MAINPID\n`,
    );
    const service = `{name: ${UNIT}, control: reload, settle: 6s}`;
    await scene.configure(pairFor(scene, NAME, service));
    assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
    const run = await scene.vcm("run");
    assert.equal(run.code, 1, run.stdout + run.stderr);
    assert.match(
      run.stdout,
      /^failed {2}web\.service: after the reload it (is inactive|has failed); see: journalctl -u /m,
    );
    assert.equal(await show(scene, "ActiveState"), state);
    await staysPending(scene, /pending reload: .* \(it (is inactive, but was running|has failed)/);
    // A person who strikes out the failed state has not started it.
    if (state === "failed") await scene.systemctl("reset-failed", UNIT);
    await staysPending(scene, /\(it is inactive, but was running before/);
    await clearsByStart(scene);
  }
});

test("a restart after which the unit ends a second later stays pending, and a start clears it", async () => {
  await using scene = await startScene();
  const { directory } = scene;
  const script =
    `test -e ${directory}/bad && { sleep 1; exit 3; }; touch ${directory}/up; exec sleep 600`;
  await start(scene, `[Service]\nExecStart=/bin/sh -c '${script}'\n`);
  await waitUntil("the unit stays up", 60, async () => (await Deno.stat(`${directory}/up`)).isFile);
  await Deno.writeTextFile(`${directory}/bad`, "");
  await scene.configure(pairFor(scene, NAME, `{name: ${UNIT}, control: restart, settle: 6s}`));
  for (const issued of [1, 0]) {
    const run = await scene.vcm("run");
    assert.equal(run.code, 1, run.stdout + run.stderr);
    assert.match(run.stdout, /^failed {2}web\.service: after the restart it has failed; see: /m);
    assert.match(run.stdout, new RegExp(`Done: ${issued} issued, .* 0 service actions; 1 failed`));
    assert.equal((await scene.vcm("check")).code, 1);
  }
  await Deno.remove(`${directory}/bad`);
  await clearsByStart(scene);
});

test("a unit that its manager starts again by itself is up, and one that never stays up is not", async () => {
  await using scene = await startScene();
  await start(scene, `[Service]\n${RUNS}Restart=always\nRestartSec=1500ms\n`);
  const service = "{name: web, control: signal, signal: TERM, timeout: 12}";
  await scene.configure(pairFor(scene, NAME, service));
  const pid = await show(scene, "MainPID");
  const run = await scene.vcm("run");
  assert.deepEqual([run.code, run.stderr.split("\n").at(-2)], [
    0,
    "web.service: signal TERM done",
  ]);
  assert.notEqual(await show(scene, "MainPID"), pid);
  assert.equal((await scene.vcm("run")).stdout, NOTHING);

  const { directory } = scene;
  const script = `test -e ${directory}/bad || { touch ${directory}/up; exec sleep 600; }; sleep 1`;
  const loops = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=300ms\n";
  await start(scene, `${loops}ExecStart=/bin/sh -c '${script}'\n`);
  await scene.systemctl("restart", UNIT);
  await waitUntil("the unit stays up", 60, async () => (await Deno.stat(`${directory}/up`)).isFile);
  await Deno.writeTextFile(`${directory}/bad`, "");
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  const failed = await scene.vcm("run");
  assert.equal(failed.code, 1, failed.stdout + failed.stderr);
  assert.match(failed.stdout, /^failed {2}web\.service: after the signal TERM it /m);
});

test("what another service's action ends was up before the actions of the run", async () => {
  await using scene = await startScene();
  await start(scene, `[Service]\n${RUNS}ExecReload=/bin/true\n`);
  const ends = "systemctl stop web.service";
  await start(scene, `[Service]\n${RUNS}ExecReload=/bin/sh -c '${ends}'\n`, OTHER);
  const services = (order: number) =>
    `{name: ${OTHER}, control: reload, order: ${order}}\n      - {name: ${UNIT}, control: reload}`;
  for (const order of [-1, 1]) {
    await scene.configure(pairFor(scene, NAME, services(order)));
    assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
    const run = await scene.vcm("run");
    assert.equal(run.code, 1, run.stdout + run.stderr);
    const why = order < 0
      ? /^failed {2}web\.service: it was up before the actions of this run, but is down now; see: /m
      : /^failed {2}web\.service: after the reload it is inactive; see: /m;
    assert.match(run.stdout, why);
    assert.match(run.stderr, /^other\.service: reload done$/m);
    await staysPending(scene, /web\.service: pending reload: .* \(it is inactive, but was running/);
    await scene.systemctl("start", UNIT);
    const cleared = await scene.vcm("run");
    assert.match(cleared.stderr, /^web\.service: cleared: it loaded them 20/m);
  }
});

test("an action that --force asked for, and that ends the unit, is pending though nothing was", async () => {
  await using scene = await startScene();
  await start(scene, `[Service]\n${RUNS}ExecReload=/bin/true\n`);
  await scene.configure(pairFor(scene, NAME, `{name: ${UNIT}, control: reload}`));
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await start(scene, `[Service]\n${RUNS}ExecReload=/bin/false\n`);
  assert.equal((await scene.vcm("restart", "--force")).code, 1);
  assert.equal((await scene.vcm("check")).code, 0, "it runs, with what it has loaded");
  await start(scene, `[Service]\n${RUNS}ExecReload=/bin/kill -KILL $MAINPID\n`);
  assert.equal((await scene.vcm("restart", "--force")).code, 1);
  await staysPending(scene, /web\.service: pending reload: .*\(it has failed\)/);
  await clearsByStart(scene);
});

test("a unit that is stopped after its reload failed is pending until it is started", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await Deno.writeTextFile(`${scene.directory}/broken`, "");
  await scene.configure(
    pairFor(scene, NAME, `{name: ${UNIT}, control: reload}`) +
      pairFor(scene, "b.e2e.test", `{name: ${UNIT}, control: reload}`),
  );
  assert.equal((await scene.vcm("run")).code, 1);
  await scene.systemctl("stop", UNIT);
  await staysPending(scene, /\(it is inactive, but was running before the action of 20/);
  await scene.systemctl("start", UNIT);
  await scene.systemctl("kill", "--signal=KILL", UNIT);
  await waitUntil("the unit has failed", 60, async () => {
    return await show(scene, "ActiveState") === "failed" || undefined;
  });
  const run = await scene.vcm("run");
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.match(run.stderr, /^web\.service: cleared: it loaded them 20/m);
});

test("a run that is killed during the action that ends the unit leaves it pending", async () => {
  await using scene = await startScene();
  const { directory } = scene;
  const reload = `/bin/kill $MAINPID; touch ${directory}/reloading; sleep 3`;
  await start(scene, `[Service]\n${RUNS}ExecReload=/bin/sh -c '${reload}'\nTimeoutStopSec=1\n`);
  await scene.configure(pairFor(scene, NAME, `{name: ${UNIT}, control: reload}`));
  const command = `"$0" run --quiet --config "$1" & pid=$!
until test -e ${directory}/reloading; do sleep 0.1; done
kill -KILL $pid`;
  await scene.machine.exec(["sh", "-c", command, await compiledVcm(), `${directory}/vcm.yaml`]);
  await waitUntil("the unit has ended", 60, async () => {
    return /^(inactive|failed)$/.test(await show(scene, "ActiveState")) || undefined;
  });
  await staysPending(scene, /web\.service: pending reload: /);
  await clearsByStart(scene);
});

test("a oneshot unit that failed is cleared by a run to its end, and by nothing less", async () => {
  await using scene = await startScene();
  const script = `! test -e ${scene.directory}/bad`;
  const stays = "Type=oneshot\nRemainAfterExit=yes\n";
  await start(scene, `[Service]\n${stays}ExecStart=/bin/sh -c '${script}'\n`);
  await Deno.writeTextFile(`${scene.directory}/bad`, "");
  await scene.configure(pairFor(scene, NAME, `{name: ${UNIT}, control: reload-or-restart}`));
  assert.equal((await scene.vcm("run")).code, 1);
  await scene.systemctl("reset-failed", UNIT);
  await staysPending(scene, /\(it is inactive, but was running before/);
  await Deno.remove(`${scene.directory}/bad`);
  await clearsByStart(scene);

  await scene.machine.writeUnit(
    UNIT,
    `[Service]\nType=oneshot\nExecStart=/bin/sh -c '${script}'\n`,
  );
  await scene.systemctl("daemon-reload");
  await scene.configure(pairFor(scene, NAME, `{name: ${UNIT}, control: restart}`));
  await Deno.writeTextFile(`${scene.directory}/bad`, "");
  assert.equal((await scene.vcm("restart", "--force")).code, 1);
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  assert.equal((await scene.vcm("run")).code, 1);
  await Deno.remove(`${scene.directory}/bad`);
  await scene.systemctl("start", UNIT);
  const run = await scene.vcm("run");
  assert.match(run.stderr, /^web\.service: cleared: it loaded them 20/m);
});

test("the restart of a unit that is up but that its probe cannot reach stays pending", async () => {
  await using scene = await startScene();
  await start(scene, `[Service]\n${RUNS}`);
  const probe = `{connect: "127.0.0.1:${freePort()}", timeout: 1s}`;
  await scene.configure(pairFor(scene, NAME, `{name: web, control: restart, probe: ${probe}}`));
  for (const issued of [1, 0]) {
    const run = await scene.vcm("run");
    assert.equal(run.code, 1, run.stdout + run.stderr);
    assert.match(run.stdout, /^failed {2}web\.service: the new certificate of .* was not served /m);
    assert.match(run.stdout, new RegExp(`Done: ${issued} issued, .* 1 failed`));
    assert.match((await scene.vcm("check")).stdout, /^web\.service: pending restart: /m);
  }
  await scene.configure(pairFor(scene, NAME, "{name: web, control: restart}"));
  const cleared = await scene.vcm("run");
  assert.match(cleared.stderr, /^web\.service: cleared: it loaded them 20/m);
});
