import { assert } from "./assert.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { pairFor, reloads, type Scene, startScene, writeCountingUnit } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");
const UNIT = "web.service";

test("a reload that failed stays pending and is done by the next run, also after daemon-reload", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: reload}`));
  await Deno.writeTextFile(`${scene.directory}/broken`, "");
  const failed = await scene.vcm("run");
  assert.equal(failed.code, 1);
  assert.match(
    failed.stdout,
    /^failed {2}web\.service: "systemctl reload web\.service" failed \(1\): Job for/,
  );
  assert.match(failed.stdout, /Done: 1 issued, 2 files deployed, 0 service actions; 1 failed/);

  await scene.systemctl("daemon-reload");
  const audit = await scene.auditLines();
  const check = await scene.vcm("check");
  assert.equal(check.code, 1);
  assert.match(check.stdout, /web\.service: pending reload: it has not loaded the files deployed/);
  assert.match(check.stdout, /\(last reload: exit-code\)/);
  assert.equal((await scene.vcm("run")).code, 1, "still broken");

  await Deno.remove(`${scene.directory}/broken`);
  const mended = await scene.vcm("run");
  assert.deepEqual([mended.code, mended.stdout], [
    0,
    "Done: 0 issued, 0 files deployed, 1 service action; 0 failed, 0 skipped\n",
  ]);
  assert.deepEqual(await reloads(scene), [UNIT]);
  assert.equal(await scene.auditLines(), audit, "no request for a reload");
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");
  assert.deepEqual(await reloads(scene), [UNIT]);
});

test("a reload in the same second before the write does not clear the pending action", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: reload}`));
  assert.equal((await scene.vcm("issue", "--quiet")).code, 0);
  let byHand = 0;
  await untilWithinOneSecond(async () => {
    await scene.systemctl("reload", UNIT);
    byHand++;
    assert.equal((await scene.vcm("deploy", "--quiet", "--force")).code, 0);
  });
  const plan = await scene.vcm("plan");
  assert.match(plan.stdout, /web\.service\n {2}reload: it has not loaded the files deployed/);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  assert.deepEqual(await reloads(scene), Array(byHand + 1).fill(UNIT));
});

test("a reload by hand after the write clears the pending action: the run does not reload again", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: reload}`));
  assert.equal((await scene.vcm("issue", "--quiet")).code, 0);
  assert.equal((await scene.vcm("deploy", "--quiet")).code, 0);
  await scene.systemctl("reload", UNIT);
  await scene.systemctl("daemon-reload");
  const run = await scene.vcm("run");
  assert.equal(run.code, 0);
  assert.match(run.stderr, /^web\.service: cleared: it loaded them /);
  assert.deepEqual(await reloads(scene), [UNIT]);
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");
});

test("a stopped unit is reported and not started, unless restart is asked for", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.systemctl("stop", UNIT);
  await scene.configure(
    pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: reload-or-restart}`),
  );
  const run = await scene.vcm("run");
  assert.equal(run.code, 0);
  assert.match(
    run.stdout,
    /^skipped {2}web\.service: it is not active; it loads the new files when it starts$/m,
  );
  assert.equal(await activeState(scene), "inactive");
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");

  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: restart}`));
  assert.equal((await scene.vcm("restart", "--force", "--quiet")).code, 0);
  assert.equal(await activeState(scene), "active");
});

test("each unit acts once, in order, after all deployments, and restart beats reload", async () => {
  await using scene = await startScene();
  for (const unit of ["first.service", "last.service", UNIT]) await writeCountingUnit(scene, unit);
  const before = await scene.systemctl("show", "-p", "MainPID", UNIT);
  await scene.configure(
    pairFor(scene, "a.e2e.test", "{name: last, control: reload, order: 20}") +
      `      - {name: web, control: reload}\n` +
      pairFor(scene, "b.e2e.test", "{name: first, control: reload, order: -1}") +
      `      - {name: last, control: reload, order: 30}\n      - {name: web, control: restart}\n`,
  );
  const run = await scene.vcm("run");
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(await reloads(scene), ["first.service", "last.service"]);
  assert.notEqual(await scene.systemctl("show", "-p", "MainPID", UNIT), before);
  const actions = run.stderr.split("\n").filter((line) => line.endsWith(" done"));
  assert.deepEqual(actions, [
    "first.service: reload done",
    "web.service: restart done",
    "last.service: reload done",
  ]);
  const lines = run.stderr.trim().split("\n");
  assert.deepEqual(lines.slice(-3), actions, "after all deployments");
});

test("a unit that systemd does not know fails by itself, and its action stays pending", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.configure(
    pairFor(scene, "a.e2e.test", "{name: ngnix, control: reload}") +
      pairFor(scene, "b.e2e.test", `{name: ${UNIT}, control: reload}`),
  );
  const run = await scene.vcm("run");
  assert.equal(run.code, 1);
  assert.match(
    run.stdout,
    /^failed {2}ngnix\.service: systemd has no unit "ngnix\.service"; to see why: vcm doctor$/m,
  );
  assert.deepEqual(await reloads(scene), [UNIT]);
  assert.match((await scene.vcm("plan")).stdout, /ngnix\.service\n {2}reload: it has not loaded/);
});

test("a corrected mode makes no service reload", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: reload}`));
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await Deno.chmod(`${scene.directory}/ssl/a.e2e.test.key`, 0o644);
  const run = await scene.vcm("run");
  assert.equal(
    run.stdout,
    "Done: 0 issued, 1 file deployed, 0 service actions; 0 failed, 0 skipped\n",
  );
  assert.deepEqual(await reloads(scene), [UNIT]);
});

function activeState(scene: Scene): Promise<string> {
  return scene.systemctl("show", "--value", "-p", "ActiveState", UNIT);
}

/** Repeats something until it began and ended in one second of the clock. */
async function untilWithinOneSecond(work: () => Promise<void>): Promise<void> {
  const second = () => Math.floor(Date.now() / 1000);
  for (const deadline = performance.now() + 60_000; performance.now() < deadline;) {
    // From the beginning of one, so that it fits on a busy machine too.
    const before = second();
    while (second() === before) await new Promise((resolve) => setTimeout(resolve, 5));
    const began = second();
    await work();
    if (second() === began) return;
  }
  throw new Error("It never fitted into one second");
}

test("a service whose certificate is not deployed reads the store, and acts when that changes", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.configure(
    `  - name: a.e2e.test\n    service:\n      - {name: ${UNIT}, control: reload}\n`,
  );
  const run = await scene.vcm("run");
  assert.deepEqual([run.code, run.stdout], [
    0,
    "Done: 1 issued, 0 files deployed, 1 service action; 0 failed, 0 skipped\n",
  ]);
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  const check = await scene.vcm("check");
  assert.match(check.stdout, /^DUE: 1 certificate in order, 1 pending service action, /);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  assert.deepEqual(await reloads(scene), [UNIT, UNIT]);
});

test("the pending action of a misspelled service is transferred to its correct name", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.configure(pairFor(scene, "a.e2e.test", "{name: wbe, control: reload}"));
  assert.equal((await scene.vcm("run")).code, 1);
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: reload}`));
  assert.equal((await scene.vcm("check")).code, 1);
  const plan = await scene.vcm("plan");
  assert.match(
    plan.stdout,
    /^wbe\.service\n {2}no longer in the configuration; its pending action is transferred to web\.service$/m,
  );
  const run = await scene.vcm("run");
  assert.equal(run.code, 0, run.stdout);
  assert.match(run.stderr, /^wbe\.service: .*its pending action was transferred to web\.service$/m);
  assert.deepEqual(await reloads(scene), [UNIT]);
  assert.deepEqual([...Deno.readDirSync(`${scene.directory}/store/.pending`)], []);
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");
});
