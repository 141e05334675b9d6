/** Configurations that need more than the usual: their runs under the unit, and what stays denied. */
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import {
  configureSite,
  installed,
  probe,
  sh,
  SITE,
  startGuarded,
  startUnit,
} from "./guarded_site.ts";
import { pairAlone, pairFor, type Scene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");

/** Home directories and shared memory of the machine alone. */
async function ownPlaces(scene: Scene): Promise<void> {
  const places = ["/root", "/home", "/dev/shm"];
  await sh(scene, places.map((place) => `mount -t tmpfs -o mode=755 none ${place}`).join(" && "));
}

test("targets in hidden, linked and missing directories are written under the unit", async () => {
  await using scene = await startGuarded();
  await ownPlaces(scene);
  await sh(
    scene,
    `mkdir -p /home/joe /root/keys /run/keys ${SITE}/set && chmod 2755 ${SITE}/set &&
    ln -s /root/keys ${SITE}/link`,
  );
  const places = [
    "/home/joe",
    `${SITE}/link`,
    "/run/keys",
    `${SITE}/set/new/deep`,
  ];
  const targets = places.map((place) =>
    `      - {privkey: "${place}/a.key", mode: "0600", create_dirs: true}\n`
  );
  await configureSite(scene, pairAlone(scene, "a.e2e.test") + targets.join(""));
  const unit = await installed(scene);
  assert.match(unit, /^# the configuration names "\/home\/joe\/a.key"\.\nProtectHome=read-only$/m);
  assert.equal(await startUnit(scene), undefined);
  const stored = await Deno.readTextFile(`${scene.directory}/store/a.e2e.test/privkey.pem`);
  for (const place of places) assert.equal(await sh(scene, `cat ${place}/a.key`), stored, place);
  assert.match((await scene.vcm("install", "--yes")).stdout, /^Installed; /m);
  const { possible } = await probe(scene, unit);
  assert.deepEqual(possible, []);
});

test("a command runs under the unit, and cannot leave it by mounts and namespaces", async () => {
  await using scene = await startGuarded();
  await ownPlaces(scene);
  await Deno.writeTextFile(
    `${scene.directory}/act`,
    `#!/bin/sh\necho "$VCM_CERTS" > ${SITE}/acted\n`,
    {
      mode: 0o755,
    },
  );
  const service = `{name: own, command: ["${SITE}/act"]}`;
  await configureSite(scene, pairFor(scene, "a.e2e.test", service));
  const unit = await installed(scene);
  assert.equal(await startUnit(scene), undefined);
  assert.equal(await Deno.readTextFile(`${scene.directory}/acted`), "a.e2e.test\n");
  const { possible, denied } = await probe(scene, unit);
  console.log(`with a command: ${possible.length} possible, ${denied.length} denied`);
  for (const name of ["remount /", "mount a tmpfs", "bind mount", "change the root"]) {
    assert.ok(denied.includes(name), name);
  }
  assert.equal(denied.filter((name) => /namespace/.test(name)).length, 8);
  for (const place of ["/usr/local/bin", "/boot", "/root", "/home", "/run/user"]) {
    assert.ok(denied.includes(`write ${place}`), place);
  }
  await sh(scene, '[ -z "$(ls -A /dev/shm)" ]');
});

test("the configuration stays read-only if its directory is open for a log file", async () => {
  await using scene = await startGuarded();
  const settings = `  log_file: "${SITE}/vcm.log"\n`;
  await configureSite(scene, pairAlone(scene, "a.e2e.test"), settings);
  const unit = await installed(scene);
  assert.equal(await startUnit(scene), undefined);
  assert.match(await Deno.readTextFile(`${scene.directory}/vcm.log`), /issued/);
  const attempts = [
    `>> ${SITE}/vcm.yaml`,
    `>> ${SITE}/vcm`,
    `; mv ${SITE}/vcm.log ${SITE}/vcm.yaml`,
  ];
  for (const attempt of attempts) {
    const run = `ExecStart=/bin/sh -c 'echo ${attempt}'`;
    await scene.machine.writeUnit("evil.service", unit.replace(/^ExecStart=.*$/m, run));
    await scene.systemctl("daemon-reload");
    const { code } = await scene.machine.exec(["systemctl", "start", "evil.service"]);
    assert.equal(code, 1, attempt);
  }
});

test("check, plan and doctor say that the unit hides what the configuration now names", async () => {
  await using scene = await startGuarded();
  await ownPlaces(scene);
  await configureSite(scene, pairAlone(scene, "a.e2e.test"));
  await installed(scene);
  const token = "  token_file: /root/token\n";
  await sh(scene, "umask 077; echo x > /root/token");
  await configureSite(scene, pairAlone(scene, "a.e2e.test"), token);
  const message = "the configuration needs a looser ProtectHome";
  for (const command of ["check", "plan", "status"]) {
    const { stderr } = await scene.vcm(command);
    assert.equal(stderr, `warning: vcm.service: ${message}; fix: run "vcm install" again\n`);
  }
  assert.ok((await scene.vcm("doctor")).stdout.includes(`vcm.service: ${message}\n`));
  await sh(scene, "mkdir -p /etc/systemd/system/vcm.service.d");
  await scene.machine.writeUnit(
    "vcm.service.d/own.conf",
    "[Service]\nProtectHome=read-only\n",
  );
  assert.equal((await scene.vcm("check")).stderr, "");
});
