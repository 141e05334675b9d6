/**
 * A scene whose files have paths that a unit need not open: below `/srv`, in the machine only. Its
 * `/var/log` is the machine's own, too.
 */
import { shellWords } from "../support/shell_words.ts";
import { copyVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";
import { type Scene, startScene } from "./scene.ts";

/** Where the scene's directory is in the machine. */
export const SITE = "/srv/site";

const UNITS = "/etc/systemd/system";

export async function startGuarded(): Promise<Scene> {
  const scene = await startScene();
  const { directory } = scene;
  await copyVcm(directory);
  await sh(
    scene,
    `mount -t tmpfs -o mode=755 none /srv && mkdir ${SITE} &&
    mount --bind ${shellWords(directory)} ${SITE} && mount -t tmpfs -o mode=755 none /var/log`,
  );
  const vcm: Scene["vcm"] = (...args) =>
    scene.machine.exec([`${SITE}/vcm`, ...args, "--config", `${SITE}/vcm.yaml`]);
  return { ...scene, vcm };
}

/** Runs a line in the machine; throws if it fails. */
export async function sh(scene: Scene, line: string): Promise<string> {
  const { code, stdout, stderr } = await scene.machine.exec(["sh", "-c", line]);
  assert.equal(code, 0, `${line}: ${stdout}${stderr}`);
  return stdout;
}

/** Writes vcm.yaml with the paths of the machine, and settings that come before `certs`. */
export async function configureSite(scene: Scene, certs: string, settings = ""): Promise<void> {
  await scene.configure(certs);
  const file = `${scene.directory}/vcm.yaml`;
  const text = (await Deno.readTextFile(file)).replaceAll(scene.directory, SITE);
  await Deno.writeTextFile(file, text.replace("certs:\n", `${settings}certs:\n`));
}

/** The unit that `vcm install` wrote. */
export async function installed(scene: Scene): Promise<string> {
  const { code, stderr } = await scene.vcm("install", "--yes");
  assert.equal(code, 0, stderr);
  return await sh(scene, `cat ${UNITS}/vcm.service`);
}

/** Runs the unit, and returns what it wrote to standard error if it failed. */
export async function startUnit(scene: Scene): Promise<string | undefined> {
  const log = `/run/vcm-err`;
  await sh(scene, `mkdir -p ${UNITS}/vcm.service.d; rm -f ${log}`);
  await scene.machine.writeUnit(
    "vcm.service.d/log.conf",
    `[Service]\nStandardError=file:${log}\nStandardOutput=file:${log}\n`,
  );
  await scene.systemctl("daemon-reload");
  const { code } = await scene.machine.exec(["systemctl", "start", "vcm.service"]);
  return code === 0 ? undefined : await sh(scene, `cat ${log}`);
}

/** The exposure of a unit by `systemd-analyze security`. */
export async function exposureOf(scene: Scene, text: string): Promise<number> {
  // It wants the program to exist.
  const unit = text.replace(/^ExecStart=.*$/m, "ExecStart=/bin/true");
  await Deno.writeTextFile(`${scene.directory}/vcm.service`, unit);
  const said = await sh(
    scene,
    `systemd-analyze security --offline=yes --no-pager ${SITE}/vcm.service`,
  );
  return Number(/exposure level for vcm\.service: ([\d.]+)/.exec(said)?.[1]);
}

/** What the probe could do under a unit with these lines. */
export async function probe(
  scene: Scene,
  unit: string,
): Promise<{ possible: string[]; denied: string[] }> {
  const { directory } = scene;
  await Deno.copyFile(new URL("unit_probe.sh", import.meta.url), `${directory}/probe`);
  const run = `ExecStart=/bin/sh ${SITE}/probe /srv\nStandardOutput=file:/run/probed`;
  await scene.machine.writeUnit("probe.service", unit.replace(/^ExecStart=.*$/m, run));
  await scene.systemctl("daemon-reload");
  await sh(scene, "rm -f /run/probed; mkdir -p /run/user");
  await scene.systemctl("start", "probe.service");
  const lines = (await sh(scene, "cat /run/probed")).trim().split("\n");
  const of = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  return { possible: of("possible"), denied: of("denied") };
}
