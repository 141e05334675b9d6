/** A timer that is too slow for the certificates of the file, on a real systemd. */
import { testsNeeding } from "../support/tests_needing.ts";
import { copyVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";
import { pairAlone, type Scene, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");
const NAME = "a.e2e.test";
const PACKAGED = "/usr/lib/systemd/system";

/** A scene with a certificate of that lifetime, which a run has issued. */
async function startIssued(ttl: string): Promise<Scene & { readonly binary: string }> {
  const scene = await startScene();
  const { directory, machine } = scene;
  const binary = await copyVcm(directory);
  const vcm: Scene["vcm"] = (...args) =>
    machine.exec([binary, ...args, "--config", `${directory}/vcm.yaml`]);
  const started = { ...scene, binary, vcm };
  await setLifetime(started, ttl);
  return started;
}

async function setLifetime(scene: Scene, ttl: string): Promise<void> {
  await scene.configure(pairAlone(scene, NAME, `    ttl: "${ttl}"\n    renew: "33%"\n`));
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
}

/** What the commands that only look say of the schedule, and whether they all say it. */
async function misfits(scene: Scene): Promise<string[]> {
  const warnings = await Promise.all(
    ["plan", "check", "status"].map(async (command) => (await scene.vcm(command)).stderr),
  );
  assert.equal(new Set(warnings).size, 1, warnings.join());
  const { stdout } = await scene.vcm("doctor");
  const told = /^(?:problem|warning) {1,2}vcm\.timer: (runs can [^]*?)\n +(.*)$/m.exec(stdout);
  assert.equal(warnings[0] !== "", told !== null, stdout);
  return told?.slice(1) ?? [];
}

async function properties(scene: Scene, unit: string, names: string): Promise<string[]> {
  const text = await scene.systemctl("show", `--property=${names}`, "--", unit);
  return text.split("\n").sort();
}

/** More starts than the limit of the hourly unit. */
async function startOften(scene: Scene): Promise<void> {
  for (let count = 0; count < 8; count++) await scene.systemctl("start", "vcm.service");
}

test("when a file gets a certificate of an hour, plan and doctor name the command that fits the timer", async () => {
  await using scene = await startIssued("60d");
  assert.equal((await scene.vcm("install", "--yes", "--quiet")).code, 0);
  assert.deepEqual(await misfits(scene), []);
  await setLifetime(scene, "1h");
  const install = `vcm install --config ${scene.directory}/vcm.yaml`;
  assert.deepEqual(await misfits(scene), [
    `runs can be 1h 16m apart, and "${NAME}" must be renewed within 19m 48s: it can expire between ` +
    "two runs",
    `run "${install}"`,
  ]);
  assert.equal((await scene.vcm("install", "--yes", "--quiet")).code, 0);
  assert.deepEqual(await misfits(scene), []);
  const timer = await properties(scene, "vcm.timer", "RandomizedDelayUSec,AccuracyUSec");
  assert.deepEqual(timer, ["AccuracyUSec=5s", "RandomizedDelayUSec=1min 15s"]);
  await startOften(scene);
  const verify = await scene.machine.exec(["systemd-analyze", "verify", "vcm.timer"]);
  assert.doesNotMatch(verify.stderr, /vcm\./);
});

test("the timer of a package gets a drop-in, its service no limit, and both stay when VCM is uninstalled", async () => {
  await using scene = await startIssued("1h");
  const { directory, machine, binary } = scene;
  const units = {
    "vcm.timer": "[Timer]\nOnBootSec=5m\nOnUnitActiveSec=1d\n[Install]\nWantedBy=timers.target\n",
    "vcm.service": "[Unit]\nStartLimitBurst=5\nStartLimitIntervalSec=30min\n[Service]\n" +
      `Type=oneshot\nRestart=on-failure\nExecStart=${binary} run --config ${directory}/vcm.yaml\n`,
  };
  for (const [name, text] of Object.entries(units)) {
    await Deno.writeTextFile(`${directory}/${name}`, text);
    await machine.exec(["cp", `${directory}/${name}`, PACKAGED]);
  }
  await scene.systemctl("daemon-reload");
  await scene.systemctl("enable", "--now", "vcm.timer");
  assert.match((await misfits(scene)).join(), /^runs can be 1d apart, /);
  const install = await scene.vcm("install", "--yes");
  assert.equal(install.code, 0, install.stderr);
  assert.deepEqual(await misfits(scene), []);
  const [accuracy, fragment, delay, calendar, monotonic] = await properties(
    scene,
    "vcm.timer",
    "AccuracyUSec,FragmentPath,RandomizedDelayUSec,TimersCalendar,TimersMonotonic",
  );
  assert.deepEqual([accuracy, fragment, delay, monotonic], [
    "AccuracyUSec=5s",
    // Where the machine has the directory of packages, see machine_init.sh.
    "FragmentPath=/run/packaged-units/vcm.timer",
    "RandomizedDelayUSec=1min 15s",
    undefined,
  ]);
  assert.match(calendar ?? "", /^TimersCalendar=\{ OnCalendar=\*-\*-\* \*:00\/5:00 ; /);
  await startOften(scene);
  const { code, stdout } = await scene.vcm("install", "--uninstall", "--yes");
  assert.equal(code, 0, stdout);
  const left = await machine.exec(["find", PACKAGED, "/etc/systemd/system", "-path", "*vcm*"]);
  assert.deepEqual(left.stdout.trim().split("\n").sort(), [
    `${PACKAGED}/vcm.service`,
    `${PACKAGED}/vcm.timer`,
  ]);
  assert.equal((await machine.exec(["systemctl", "is-enabled", "vcm.timer"])).stdout, "disabled\n");
});
