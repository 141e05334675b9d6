/** Units of other kinds, and runs that nobody listens to, on a real systemd. */
import { compiledVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { pairFor, reloads, type Scene, startScene, writeCountingUnit } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");
const UNIT = "web.service";
const NOTHING = "Nothing to do: 1 certificate in order\n";

function show(scene: Scene, property: string): Promise<string> {
  return scene.systemctl("show", "--value", "-p", property, UNIT);
}

test("a reload by hand does not clear a pending restart", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: restart}`));
  assert.equal((await scene.vcm("issue", "--quiet")).code, 0);
  assert.equal((await scene.vcm("deploy", "--quiet")).code, 0);
  const before = await show(scene, "MainPID");
  await scene.systemctl("reload", UNIT);
  assert.equal(await show(scene, "MainPID"), before);

  const check = await scene.vcm("check");
  assert.equal(check.code, 1);
  assert.match(check.stdout, /web\.service: pending restart: it has not loaded the files deployed/);
  const run = await scene.vcm("run");
  assert.deepEqual([run.code, run.stderr], [0, "web.service: restart done\n"]);
  assert.notEqual(await show(scene, "MainPID"), before);
  assert.deepEqual(await reloads(scene), [UNIT]);
  assert.equal((await scene.vcm("run")).stdout, NOTHING);
});

test("a restart by hand clears a pending restart", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: restart}`));
  assert.equal((await scene.vcm("issue", "--quiet")).code, 0);
  assert.equal((await scene.vcm("deploy", "--quiet")).code, 0);
  await scene.systemctl("restart", UNIT);
  const pid = await show(scene, "MainPID");
  const run = await scene.vcm("run");
  assert.equal(run.code, 0);
  assert.match(run.stderr, /^web\.service: cleared: it loaded them /);
  assert.equal(await show(scene, "MainPID"), pid);
});

test("a restart of a oneshot unit that runs to its end succeeds, and is no longer pending", async () => {
  await using scene = await startScene();
  const runs = `${scene.directory}/runs`;
  await scene.machine.writeUnit(
    UNIT,
    `[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo ran >> ${runs}'\n`,
  );
  await scene.systemctl("daemon-reload");
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: restart}`));
  const run = await scene.vcm("run");
  assert.deepEqual([run.code, run.stdout], [
    0,
    "Done: 1 issued, 2 files deployed, 1 service action; 0 failed, 0 skipped\n",
  ]);
  assert.deepEqual([await show(scene, "Type"), await show(scene, "ActiveState")], [
    "oneshot",
    "inactive",
  ]);
  assert.equal((await scene.vcm("run")).stdout, NOTHING);
  assert.equal(await Deno.readTextFile(runs), "ran\n");
});

test("a oneshot unit that fails is a failure that stays pending", async () => {
  await using scene = await startScene();
  await scene.machine.writeUnit(UNIT, "[Service]\nType=oneshot\nExecStart=/bin/false\n");
  await scene.systemctl("daemon-reload");
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: restart}`));
  for (const issued of [1, 0]) {
    const { code, stdout } = await scene.vcm("run");
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^failed {2}web\.service: "systemctl restart web\.service" failed \(1\): Job /,
    );
    assert.match(stdout, new RegExp(`\\nDone: ${issued} issued, .*; 1 failed, 0 skipped\\n$`));
  }
});

test("a unit that has failed is not reloaded: a failure that stays pending until it runs", async () => {
  await using scene = await startScene();
  await scene.machine.writeUnit(UNIT, "[Service]\nType=oneshot\nExecStart=/bin/false\n");
  await scene.systemctl("daemon-reload");
  assert.equal((await scene.machine.exec(["systemctl", "start", UNIT])).code, 1);
  assert.equal(await show(scene, "ActiveState"), "failed");
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: reload}`));
  const why = 'it has failed, and "reload" does not start it; see: journalctl -u web.service';
  const done = "1 issued, 2 files deployed, 0 service actions; 1 failed, 0 skipped";
  const first = await scene.vcm("run");
  assert.deepEqual([first.code, first.stdout], [
    1,
    `failed  web.service: ${why}\nDone: ${done}\n`,
  ]);
  const check = await scene.vcm("check");
  assert.equal(check.code, 1);
  assert.match(
    check.stdout,
    /web\.service: pending reload: .* \(it has failed\); last attempt: it has failed, and /,
  );
  const second = await scene.vcm("run");
  assert.equal(second.code, 1);
  assert.match(
    second.stdout,
    /^failed {2}web\.service: it has failed, and "reload" does not start it/,
  );
  assert.equal(await show(scene, "ActiveState"), "failed");

  await writeCountingUnit(scene, UNIT);
  const mended = await scene.vcm("run");
  assert.equal(mended.code, 0);
  assert.match(mended.stderr, /^web\.service: cleared: it loaded them /);
});

test("a run whose standard error cannot be written issues, deploys and reloads all", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  const names = ["a.e2e.test", "b.e2e.test"];
  await scene.configure(
    names.map((name) => pairFor(scene, name, `{name: ${UNIT}, control: reload}`)).join(""),
  );
  const run = await scene.machine.exec([
    "sh",
    "-c",
    'exec "$0" run --config "$1" 2>/dev/full',
    await compiledVcm(),
    `${scene.directory}/vcm.yaml`,
  ]);
  assert.deepEqual(run, {
    code: 0,
    stdout: "Done: 2 issued, 4 files deployed, 1 service action; 0 failed, 0 skipped\n",
    stderr: "",
  });
  for (const name of names) {
    assert.equal(
      await Deno.readTextFile(`${scene.directory}/ssl/${name}.key`),
      await Deno.readTextFile(`${scene.directory}/store/${name}/privkey.pem`),
    );
  }
  assert.deepEqual(await reloads(scene), [UNIT]);
  assert.deepEqual([...Deno.readDirSync(`${scene.directory}/store/.pending`)], []);
});

test("a reload that fails stays pending even if standard error cannot be written", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await Deno.writeTextFile(`${scene.directory}/broken`, "");
  await scene.configure(pairFor(scene, "a.e2e.test", `{name: ${UNIT}, control: reload}`));
  const command = `"$0" run --config "$1" 2>/dev/full`;
  const run = await scene.machine.exec(
    ["sh", "-c", command, await compiledVcm(), `${scene.directory}/vcm.yaml`],
  );
  assert.equal(run.code, 1);
  assert.match(run.stdout, /Done: 1 issued, 2 files deployed, 0 service actions; 1 failed/);
  await Deno.remove(`${scene.directory}/broken`);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  assert.deepEqual(await reloads(scene), [UNIT]);
});
