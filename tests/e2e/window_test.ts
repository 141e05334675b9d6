/** Maintenance windows of the host's week. */
import { assert } from "./assert.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { pairFor, reloads, startScene, writeCountingUnit } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");
const NAME = "web.e2e.test";
const UNIT = "web.service";
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** A window that is closed for the next day at least, whatever the host's time zone. */
const CLOSED = `${DAYS[(new Date().getUTCDay() + 3) % 7]} 11:00-12:00`;

test("a renewal waits for its window, which check shows and counts as fine", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  const service = `{name: ${UNIT}, control: reload}`;
  await scene.configure(pairFor(scene, NAME, service));
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);

  const due = `    dns_sans: ["api.e2e.test"]\n    window: "${CLOSED}"\n`;
  await scene.configure(pairFor(scene, NAME, service, due));
  const check = await scene.vcm("check");
  assert.equal(check.code, 0, check.stdout);
  assert.match(check.stdout, /^OK: 1 certificate in order, 1 waiting for a window/);
  assert.match(
    check.stdout,
    /^web\.e2e\.test: waits: its window \(\w+ 11:00-12:00\) opens 20\S+ \S+ UTC: its names differ/m,
  );
  const run = await scene.vcm("run");
  assert.deepEqual([run.code, run.stdout], [
    0,
    "Nothing to do now: 1 certificate, 1 waiting for a window\n",
  ]);
  assert.equal((await scene.vcm("plan", "--detailed-exitcode")).code, 0);
  assert.deepEqual(await reloads(scene), [UNIT], "the first run's");
});

test("a service waits for its window while its certificate is renewed", async () => {
  await using scene = await startScene();
  await writeCountingUnit(scene, UNIT);
  await scene.configure(pairFor(scene, NAME, `{name: ${UNIT}, control: reload}`));
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);

  await scene.configure(
    pairFor(
      scene,
      NAME,
      `{name: ${UNIT}, control: reload, window: "${CLOSED}"}`,
      `    dns_sans: ["api.e2e.test"]\n`,
    ),
  );
  const run = await scene.vcm("run", "--detailed-exitcode");
  assert.equal(run.code, 10, run.stdout);
  assert.match(run.stdout, /^Done: 1 issued, 2 files deployed, 0 service actions; 0 failed/);
  const check = await scene.vcm("check");
  assert.equal(check.code, 0, check.stdout);
  assert.match(check.stdout, /^web\.service: waits: its window \(.*it has not loaded the files/m);
  assert.deepEqual(await reloads(scene), [UNIT], "the first run's");

  const forced = await scene.vcm("restart", "--force");
  assert.equal(forced.code, 0, forced.stdout);
  assert.deepEqual(await reloads(scene), [UNIT, UNIT]);
  assert.match((await scene.vcm("check")).stdout, /^OK: 1 certificate in order, next renewal/);
});
