/** A manager that does not finish an action in time is not waited for again in the same run. */
import { assert } from "./assert.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { pairFor, reloads, type Scene, startScene, writeCountingUnit } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");

async function writeStuckUnit(scene: Scene, unit: string): Promise<void> {
  await scene.machine.writeUnit(
    unit,
    "[Service]\nExecStart=/bin/sleep 600\nExecReload=/bin/sleep 600\nTimeoutStartSec=infinity\n",
  );
  await scene.systemctl("daemon-reload");
  await scene.systemctl("start", unit);
}

test("after one time-out of systemd its other units are skipped, and other managers act", async () => {
  await using scene = await startScene();
  const units = ["a", "b", "c", "d"].map((name) => `${name}.service`);
  for (const unit of units) await writeStuckUnit(scene, unit);
  const services = units.map((unit) => `{name: ${unit}, control: reload, timeout: 2s}`);
  const done = `${scene.directory}/done`;
  await scene.configure(pairFor(
    scene,
    "web.e2e.test",
    [...services, `{name: own, command: ["touch", "${done}"], order: 9}`].join("\n      - "),
  ));
  const { code, stdout } = await scene.vcm("run");
  assert.equal(code, 1, stdout);
  assert.match(
    stdout,
    /^failed {2}a\.service: "systemctl reload a\.service" took longer than 2 s/m,
  );
  assert.match(
    stdout,
    /^skipped {2}b\.service, c\.service, d\.service: systemd did not finish the action of a\.service in time$/m,
  );
  assert.match(stdout, /1 service action; 1 failed, 3 skipped$/m);
  assert.ok((await Deno.stat(done)).isFile);
  assert.match((await scene.vcm("plan")).stdout, /d\.service\n {2}reload: it has not loaded/);
});

test("a unit that is late in each run does not keep the others from their new files", async () => {
  await using scene = await startScene();
  await writeStuckUnit(scene, "a.service");
  await writeCountingUnit(scene, "b.service");
  await scene.configure(pairFor(
    scene,
    "web.e2e.test",
    "{name: a.service, control: reload, timeout: 2s, order: 1}\n" +
      "      - {name: b.service, control: reload, order: 2}",
  ));
  assert.match((await scene.vcm("run")).stdout, /^skipped {2}b\.service: systemd did not/m);
  assert.deepEqual(await reloads(scene), []);
  const next = await scene.vcm("run");
  assert.equal(next.code, 1);
  assert.deepEqual(await reloads(scene), ["b.service"]);
});
