/**
 * Failed runs under the unit of `vcm install`, on a real systemd: what is tried again, and what is
 * told when. Only the times between runs are shorter than on a host.
 */
import { lateServer } from "../support/late_server.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { copyVcm } from "../support/vcm.ts";
import { waitUntil } from "../support/wait_until.ts";
import { assert } from "./assert.ts";
import { pairAlone, type Scene, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");
const UNITS = "/etc/systemd/system";
const NAME = "a.e2e.test";

/** A scene in which `vcm install` has run, with a unit that tells of failures. */
async function startInstalled(address = (scene: Scene) => scene.bao.address): Promise<Scene> {
  const scene = await startScene();
  const { directory, machine } = scene;
  const binary = await copyVcm(directory);
  await scene.configure(pairAlone(scene, NAME));
  const file = `${directory}/vcm.yaml`;
  const text = (await Deno.readTextFile(file)).replace(scene.bao.address, address(scene))
    .replace("certs:", '  timeout: "2s"\ncerts:');
  await Deno.writeTextFile(file, text);
  await machine.writeUnit(
    "tell.service",
    `[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo told >> ${directory}/told'\n`,
  );
  await machine.exec(["mkdir", `${UNITS}/vcm.service.d`, `${UNITS}/vcm.timer.d`]);
  const vcm: Scene["vcm"] = (...args) => machine.exec([binary, ...args, "--config", file]);
  const install = await vcm("install", "--yes");
  assert.equal(install.code, 0, install.stderr);
  return { ...scene, vcm };
}

/** The unit as it was written, but for the time between two runs, and with somebody to tell. */
async function shorten(scene: Scene, restart: string): Promise<void> {
  const service = `[Unit]\nOnFailure=tell.service\n[Service]\nRestartSec=${restart}\n`;
  await scene.machine.writeUnit("vcm.service.d/own.conf", service);
  await scene.systemctl("daemon-reload");
}

async function show(scene: Scene, property: string): Promise<string> {
  return await scene.systemctl("show", "--value", "-p", property, "vcm.service");
}

async function told(scene: Scene): Promise<string> {
  return await Deno.readTextFile(`${scene.directory}/told`).catch(() => "");
}

/** Starts the unit by hand, however that ends. */
function start(scene: Scene): Promise<{ readonly code: number }> {
  return scene.machine.exec(["systemctl", "start", "vcm.service"]);
}

test("a server that comes up two minutes after the host is used minutes later, not at the next hour", async () => {
  const server: { late?: ReturnType<typeof lateServer> } = {};
  await using scene = await startInstalled(({ bao }) => {
    server.late = lateServer(bao.address);
    return server.late.address;
  });
  await using late = server.late;
  assert.ok(late);
  await shorten(scene, "3s");
  // The host boots, and the timer elapses once, as its next time is an hour away.
  await scene.machine.writeUnit(
    "vcm.timer.d/own.conf",
    "[Timer]\nOnCalendar=\nOnActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=1ms\n",
  );
  await scene.systemctl("daemon-reload");
  await scene.systemctl("restart", "vcm.timer");
  await waitUntil("the first run has failed", 60, async () => {
    return await show(scene, "SubState") === "auto-restart" || undefined;
  });
  assert.equal(await show(scene, "Result"), "exit-code");
  await assert.rejects(Deno.stat(`${scene.directory}/ssl/${NAME}.key`));
  // Two minutes on a host: the second run has failed, too.
  await waitUntil("the second run has failed", 60, async () => {
    const [restarts, state] = [await show(scene, "NRestarts"), await show(scene, "SubState")];
    return restarts === "1" && state === "auto-restart" || undefined;
  });
  late.comeUp();
  await waitUntil("a later run has deployed the key", 60, async () => {
    await Deno.stat(`${scene.directory}/ssl/${NAME}.key`);
    return await show(scene, "ActiveState") === "inactive" || undefined;
  });
  assert.equal(await show(scene, "Result"), "success");
  assert.equal(await show(scene, "NRestarts"), "2");
  assert.equal(await told(scene), "");
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");
});

test("a server that stays down is told once, after five runs", async () => {
  await using scene = await startInstalled();
  await scene.stopServer();
  await shorten(scene, "500ms");
  assert.equal((await start(scene)).code, 1);
  await waitUntil("the failure was told", 60, async () => await told(scene) !== "" || undefined);
  assert.deepEqual([await show(scene, "ActiveState"), await show(scene, "NRestarts")], [
    "failed",
    "5",
  ]);
  assert.equal(await told(scene), "told\n");
  // The limit holds for starts by hand, too, until somebody resets it.
  assert.equal((await start(scene)).code, 1);
  assert.equal(await show(scene, "SubState"), "failed");
  await scene.systemctl("reset-failed", "vcm.service");
  assert.equal((await start(scene)).code, 1);
  assert.equal(await show(scene, "SubState"), "auto-restart");
});

test("runs that are longer than the interval of the limit are told after five, too", async () => {
  await using scene = await startInstalled();
  await scene.stopServer();
  const { directory, machine } = scene;
  const runs = async () => (await Deno.readTextFile(`${directory}/runs`)).split("\n").length - 1;
  // Each run takes 2 s, so the limit would need 10.
  await machine.writeUnit(
    "vcm.service.d/own.conf",
    `[Unit]\nOnFailure=tell.service\nStartLimitIntervalSec=6s\n[Service]\nRestartSec=300ms\n` +
      `ExecStartPre=+/bin/sh -c 'echo run >> ${directory}/runs; sleep 2'\n`,
  );
  await scene.systemctl("daemon-reload");
  for (let rounds = 1; rounds <= 2; rounds++) {
    await start(scene);
    const lines = "told\n".repeat(rounds);
    await waitUntil(
      "the failure was told",
      60,
      async () => await told(scene) === lines || undefined,
    );
    assert.equal(await show(scene, "ActiveState"), "failed");
    assert.equal(await runs(), 5 * rounds);
    // The timer's next run begins anew.
    await scene.systemctl("reset-failed", "vcm.service");
  }
  await machine.exec(["rm", `${UNITS}/vcm.service.d/own.conf`]);
});

test("an error in the configuration and a held lock are not tried again", async () => {
  await using scene = await startInstalled();
  await shorten(scene, "100ms");
  const { directory } = scene;
  const file = `${directory}/vcm.yaml`;
  const text = await Deno.readTextFile(file);
  const status = () => show(scene, "ExecMainStatus");

  await Deno.writeTextFile(file, `${text}    unknown: 1\n`);
  assert.equal((await start(scene)).code, 1);
  assert.deepEqual([await show(scene, "ActiveState"), await status()], ["failed", "2"]);
  await waitUntil("it was told", 60, async () => await told(scene) === "told\n" || undefined);

  await Deno.writeTextFile(file, text);
  await scene.machine.exec(["mkdir", "-p", `${directory}/store`]);
  {
    await Deno.chmod(`${directory}/store`, 0o700);
    using lock = await Deno.open(`${directory}/store/.lock`, { create: true, write: true });
    await lock.lock(true);
    assert.equal((await start(scene)).code, 1);
    assert.deepEqual([await show(scene, "ActiveState"), await status()], ["failed", "75"]);
  }
  assert.equal(await show(scene, "NRestarts"), "0");
  assert.equal((await start(scene)).code, 0);
  assert.equal(await show(scene, "ActiveState"), "inactive");
});

test("vcm install --uninstall ends the wait for the next try, and nothing of the unit is left", async () => {
  await using scene = await startInstalled();
  await scene.stopServer();
  assert.equal((await start(scene)).code, 1);
  assert.equal(await show(scene, "SubState"), "auto-restart");
  const { code, stdout } = await scene.vcm("install", "--uninstall", "--yes");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^run systemctl disable --now vcm\.timer\nrun systemctl stop vcm\.service\n/,
  );
  await scene.machine.exec(["rm", "-r", `${UNITS}/vcm.service.d`, `${UNITS}/vcm.timer.d`]);
  await scene.systemctl("daemon-reload");
  assert.equal(await scene.systemctl("list-units", "--all", "--plain", "--no-legend", "vcm.*"), "");
});
