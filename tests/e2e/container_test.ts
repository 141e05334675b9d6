/** A real container loads new files by real podman. */
import { assert } from "./assert.ts";
import { installPodman, PODMAN, startContainer } from "../support/podman.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { pairFor, type Scene, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine", "podman");
const NAME = "web.e2e.test";

test("a container is found and restarted once, and a manual restart clears its pending action", async () => {
  await using scene = await startScene();
  await containerIn(scene);
  await scene.configure(pairFor(scene, NAME, "{name: web}"));
  const run = await scene.vcm("run");
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.match(run.stderr, /^podman:web: restart done$/m);
  await hasLogged(scene, "started\nstarted\n");
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");

  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  assert.equal((await scene.vcm("deploy", "--quiet")).code, 0);
  assert.match((await scene.vcm("check")).stdout, /^podman:web: pending restart: /m);
  await podman(scene, "restart", "--time", "1", "web");
  await hasLogged(scene, "started\nstarted\nstarted\n");
  const cleared = await scene.vcm("run");
  assert.match(cleared.stderr, /^podman:web: cleared: it loaded them 20/);
  await hasLogged(scene, "started\nstarted\nstarted\n");
});

test("a container is sent a signal, and one that is stopped is left alone", async () => {
  await using scene = await startScene();
  await containerIn(scene);
  await scene.configure(pairFor(scene, NAME, "{name: web, manager: podman, signal: HUP}"));
  const run = await scene.vcm("run");
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.match(run.stderr, /^podman:web: signal HUP done$/m);
  await hasLogged(scene, "started\nHUP\n");

  await podman(scene, "stop", "--time", "1", "web");
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  const stopped = await scene.vcm("run");
  assert.equal(stopped.code, 0);
  assert.match(
    stopped.stdout,
    /^skipped {2}podman:web: it is not running; it loads the new files when it starts$/m,
  );
  assert.equal(
    await podman(scene, "container", "inspect", "--format", "{{.State.Running}}", "web"),
    "false\n",
  );
});

test("a container that podman does not know is a failure by itself, and its action stays pending", async () => {
  await using scene = await startScene();
  await installPodman(scene.machine, scene.directory);
  await scene.configure(pairFor(scene, NAME, "{name: wbe, manager: podman, control: restart}"));
  const run = await scene.vcm("run");
  assert.equal(run.code, 1);
  assert.match(
    run.stdout,
    /^failed {2}podman:wbe: podman has no container "wbe"; check the name$/m,
  );
  assert.match(
    (await scene.vcm("check")).stdout,
    /^podman:wbe: pending restart: .*\(there is no such container\)/m,
  );
});

test("under the unit of vcm install a container is sent its signal", async () => {
  await using scene = await startScene();
  await containerIn(scene);
  await scene.configure(pairFor(scene, NAME, "{name: web, manager: podman, signal: HUP}"));
  const install = await scene.vcm("install", "--yes");
  assert.equal(install.code, 0, install.stderr);
  await scene.systemctl("start", "vcm.service");
  await hasLogged(scene, "started\nHUP\n");
});

/** A container that writes down its starts and each HUP. */
async function containerIn(scene: Scene): Promise<void> {
  const log = `${scene.directory}/log`;
  await installPodman(scene.machine, scene.directory);
  await startContainer(
    scene.machine,
    scene.directory,
    "web",
    `trap 'echo HUP >>${log}' HUP
trap 'exit 0' TERM
echo started >>${log}
while :; do sleep 0.1; done`,
  );
  await hasLogged(scene, "started\n");
}

function hasLogged(scene: Scene, text: string): Promise<true> {
  return waitUntil(`the container has written ${JSON.stringify(text)}`, 60, async () => {
    const log = await Deno.readTextFile(`${scene.directory}/log`).catch(() => "");
    return log === text || undefined;
  });
}

async function podman(scene: Scene, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await scene.machine.exec([PODMAN, ...args]);
  assert.equal(code, 0, stderr);
  return stdout;
}

test("a container that its action ends is a failure until it was started again", async () => {
  await using scene = await startScene();
  const log = `${scene.directory}/log`;
  await installPodman(scene.machine, scene.directory);
  // It ends a second after the signal, or at once after its next start.
  await startContainer(
    scene.machine,
    scene.directory,
    "web",
    `trap 'sleep 1; exit 0' HUP
trap 'exit 0' TERM
echo started >>${log}
while test ! -e ${scene.directory}/bad; do sleep 0.1; done
sleep 0.5`,
  );
  await hasLogged(scene, "started\n");
  await scene.configure(
    pairFor(scene, NAME, "{name: web, manager: podman, signal: HUP, settle: 6s}"),
  );
  const run = await scene.vcm("run");
  assert.equal(run.code, 1, run.stdout + run.stderr);
  const advice = "see: podman logs web; to start it: podman start web";
  assert.ok(
    run.stdout.startsWith(
      `failed  podman:web: after the signal HUP it is not running; ${advice}\n`,
    ),
    run.stdout,
  );
  for (const command of ["check", "run", "check"]) {
    const { code, stdout } = await scene.vcm(command);
    assert.equal(code, 1, stdout);
    const was = command === "check" ? "was running" : "was up";
    assert.match(stdout, new RegExp(`podman:web: .*${was} before the action of 20.* UTC`));
  }
  await podman(scene, "start", "web");
  await podman(scene, "stop", "--time", "1", "web");
  const cleared = await scene.vcm("run");
  assert.equal(cleared.code, 0, cleared.stdout);
  assert.match(cleared.stderr, /^podman:web: cleared: it loaded them 20/m);

  await podman(scene, "start", "web");
  await Deno.writeTextFile(`${scene.directory}/bad`, "");
  await scene.configure(pairFor(scene, NAME, "{name: web, manager: podman, control: restart}"));
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  const restarted = await scene.vcm("run");
  assert.equal(restarted.code, 1, restarted.stdout);
  assert.match(restarted.stdout, /^failed {2}podman:web: after .* it is not running; /m);
  assert.equal((await scene.vcm("check")).code, 1);
});

/** A container that mounts these paths, and writes down the lines of a file at start and each HUP. */
async function readerIn(scene: Scene, file: string, ...mounts: string[]): Promise<void> {
  const log = `${scene.directory}/seen`;
  await Deno.mkdir(log);
  await installPodman(scene.machine, scene.directory);
  await startContainer(
    scene.machine,
    scene.directory,
    "web",
    `trap 'cat ${file} >${log}/hup' HUP
trap 'exit 0' TERM
cat ${file} >${log}/start
while :; do sleep 0.1; done`,
    [...mounts, log],
  );
}

/** Waits until the container has seen what the host has, or something else. */
function sees(scene: Scene, when: "hup" | "start", file: string, same: boolean): Promise<true> {
  return waitUntil(`the container sees ${same ? "the new" : "the old"} file`, 60, async () => {
    const seen = await Deno.readTextFile(`${scene.directory}/seen/${when}`).catch(() => "");
    if (!seen.includes("-----END CERTIFICATE-----\n")) return undefined;
    return (seen === await Deno.readTextFile(file)) === same || undefined;
  });
}

/** What doctor says of the container. */
async function examined(scene: Scene): Promise<{ code: number; said: string }> {
  const { code, stdout } = await scene.vcm("doctor");
  const said = stdout.split("\n").filter((line, at, lines) =>
    [line, lines[at - 1]].some((line) => line?.includes(" podman:web: ")) &&
    /podman:web|^ {9}/.test(line)
  );
  return { code, said: said.join("\n").replaceAll(scene.directory, "D") };
}

const BY_SIGNAL = "{name: web, manager: podman, signal: HUP}";
const FILE_FIX =
  '         mount the directory "D/ssl" instead, or set "in_place: true" on that target; ' +
  "to see its mounts: podman inspect web";

test("doctor tells of a file that a container would keep, and is right about it", async () => {
  await using scene = await startScene();
  const file = `${scene.directory}/ssl/${NAME}.crt`;
  await scene.configure(pairFor(scene, NAME, "{name: sleepless, command: [/bin/true]}"));
  assert.equal((await scene.vcm("run")).code, 0);
  await readerIn(scene, file, file);
  await sees(scene, "start", file, true);

  await scene.configure(pairFor(scene, NAME, BY_SIGNAL));
  const path = `"D/ssl/${NAME}.crt"`;
  const kept = `it mounts ${path} by itself, so when VCM replaces ${path} it keeps the old one`;
  assert.deepEqual(await examined(scene), {
    code: 1,
    said: `problem  podman:web: ${kept}, and a signal does not change that\n${FILE_FIX}`,
  });
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  assert.equal((await scene.vcm("run")).code, 0);
  await sees(scene, "hup", file, false);

  await scene.configure(pairFor(scene, NAME, "{name: web, manager: podman, control: restart}"));
  assert.deepEqual(await examined(scene), {
    code: 0,
    said: `warning  podman:web: ${kept} until it is restarted\n${FILE_FIX}`,
  });
  await podman(scene, "restart", "--time", "1", "web");
  await sees(scene, "start", file, true);

  const inPlace = pairFor(scene, NAME, BY_SIGNAL)
    .replace('mode: "0644"', 'mode: "0644"\n        in_place: true');
  await scene.configure(inPlace);
  const ok = {
    code: 0,
    said: "ok       podman:web: VCM replaces nothing that it mounts by itself",
  };
  assert.deepEqual(await examined(scene), ok);
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  assert.equal((await scene.vcm("run")).code, 0);
  await sees(scene, "hup", file, true);
});

test("doctor tells a mounted bundle and a mounted set of the store from their directories", async () => {
  await using scene = await startScene();
  const bundle = `${scene.directory}/ssl/web`;
  const certs = `  - {name: "${NAME}", deploy: [{bundle: "${bundle}"}], service: [SERVICE]}\n`;
  await scene.configure(certs.replace("SERVICE", "{name: sleepless, command: [/bin/true]}"));
  assert.equal((await scene.vcm("run")).code, 0);
  await scene.configure(certs.replace("SERVICE", BY_SIGNAL));
  const file = `${bundle}/fullchain.pem`;
  const set = `${scene.directory}/store/${NAME}`;
  await readerIn(scene, file, bundle);
  for (
    const [mounts, expected] of [
      [[bundle], "problem"],
      [[file], "problem"],
      [[`${scene.directory}/ssl`], "ok     "],
      [[`${scene.directory}/ssl`, set], "problem"],
    ] as const
  ) {
    await podman(scene, "rm", "--force", "--time", "1", "web");
    await startContainer(
      scene.machine,
      scene.directory,
      "web",
      "trap 'exit 0' TERM; while :; do sleep 0.1; done",
      mounts,
    );
    const { code, said } = await examined(scene);
    assert.equal(said.slice(0, 7), expected, said);
    assert.equal(code, expected === "problem" ? 1 : 0);
  }
  await podman(scene, "rm", "--force", "--time", "1", "web");
  assert.deepEqual(await examined(scene), {
    code: 0,
    said: 'warning  podman:web: podman has no container "web"\n' +
      "         check the name; to list containers: podman ps --all",
  });
});
