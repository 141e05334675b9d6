/** `vcm install` on a real systemd: the units, a run under them, and what is left afterwards. */
import { testsNeeding } from "../support/tests_needing.ts";
import { copyVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";
import { pairAlone, pairFor, type Scene, startScene, writeCountingUnit } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");
const UNITS = "/etc/systemd/system";
const USER = 61001;

/** A scene in which the binary lies where every user may run it. */
async function startInstalled(): Promise<Scene & { readonly binary: string }> {
  const scene = await startScene();
  const binary = await copyVcm(scene.directory);
  return { ...scene, binary, vcm: (...args) => inMachine(scene, binary, ...args) };
}

function inMachine(scene: Scene, binary: string, ...args: string[]) {
  return scene.machine.exec([binary, ...args, "--config", `${scene.directory}/vcm.yaml`]);
}

/** Text of a unit, as the machine has it; undefined: there is none. */
async function unit(scene: Scene, name: string): Promise<string | undefined> {
  const { code, stdout } = await scene.machine.exec(["cat", `${UNITS}/${name}`]);
  return code === 0 ? stdout : undefined;
}

/** Targets of every kind of place: two directories of root's, one with a space; a user's; a bundle. */
async function configureWidely(scene: Scene): Promise<void> {
  const { directory } = scene;
  await Deno.mkdir(`${directory}/own keys`);
  await Deno.mkdir(`${directory}/pg`);
  await Deno.chown(`${directory}/pg`, USER, USER);
  await scene.configure(
    `${pairAlone(scene, "a.e2e.test")}      - privkey: "${directory}/own keys/a.key"
        mode: "0600"
      - privkey: "${directory}/pg/server.key"
        owner: "${USER}"
        mode: "0600"
      - bundle: "${directory}/bundles/set"
${pairFor(scene, "b.e2e.test", "{name: web.service, control: reload}")}`,
  );
  await Deno.mkdir(`${directory}/bundles`);
  const file = `${directory}/vcm.yaml`;
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    text.replace(
      "certs:",
      `  log_file: "${directory}/log/vcm.log"\n  metrics_file: "${directory}/prom/vcm.prom"\ncerts:`,
    ),
  );
  await Deno.mkdir(`${directory}/log`);
  await Deno.mkdir(`${directory}/prom`);
}

test("vcm install writes units under which a run writes all targets, and nothing else", async () => {
  await using scene = await startInstalled();
  const { directory } = scene;
  await writeCountingUnit(scene, "web.service");
  await configureWidely(scene);
  const install = await scene.vcm("install", "--yes");
  assert.equal(install.code, 0, install.stderr);
  assert.match(install.stdout, /\nInstalled; next run \d{4}-\d\d-\d\d \d\d:\d\d UTC\n$/);
  const service = await unit(scene, "vcm.service") ?? "";
  const timer = await unit(scene, "vcm.timer") ?? "";
  for (const text of [service, timer]) {
    const shown = text.trimEnd().split("\n").map((line) => `  ${line}`.trimEnd()).join("\n");
    assert.ok(install.stdout.includes(`: new\n${shown}\n`), install.stdout);
  }
  assert.deepEqual(
    service.split("\n").filter((line) => /^(?:ExecStart|ProtectSystem|ReadWrite)/.test(line)),
    [
      `ExecStart=${scene.binary} run --quiet --config ${directory}/vcm.yaml`,
      "ProtectSystem=strict",
      `ReadWritePaths=-${directory}/bundles`,
      `ReadWritePaths=-${directory}/log`,
      `ReadWritePaths="-${directory}/own keys"`,
      `ReadWritePaths=-${directory}/pg`,
      `ReadWritePaths=-${directory}/prom`,
      `ReadWritePaths=-${directory}/ssl`,
      `ReadWritePaths=-${directory}/store`,
    ],
  );
  const modes = await scene.machine.exec(
    ["stat", "-c", "%a %u %g", `${UNITS}/vcm.service`, `${UNITS}/vcm.timer`],
  );
  assert.equal(modes.stdout, "644 0 0\n644 0 0\n");
  assert.equal(await scene.systemctl("is-active", "vcm.timer"), "active");
  assert.equal(await scene.systemctl("is-enabled", "vcm.timer"), "enabled");
  const verify = await scene.machine.exec(
    ["systemd-analyze", "verify", `${UNITS}/vcm.service`, `${UNITS}/vcm.timer`],
  );
  assert.deepEqual([verify.code, ours(verify.stderr)], [0, []]);

  await scene.systemctl("start", "vcm.service");
  const stored = await Deno.readTextFile(`${directory}/store/a.e2e.test/privkey.pem`);
  for (const path of ["ssl/a.e2e.test.key", "own keys/a.key", "pg/server.key"]) {
    assert.equal(await Deno.readTextFile(`${directory}/${path}`), stored, path);
  }
  assert.equal(await Deno.readTextFile(`${directory}/bundles/set/privkey.pem`), stored);
  assert.equal((await Deno.stat(`${directory}/pg/server.key`)).uid, USER);
  assert.equal(await Deno.readTextFile(`${directory}/reloads`), "web.service\n");
  assert.match(await Deno.readTextFile(`${directory}/log/vcm.log`), /pg\/server\.key/);
  await Deno.stat(`${directory}/prom/vcm.prom`);
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 2 certificates in order\n");

  const again = await scene.vcm("install", "--yes");
  assert.equal(again.code, 0, again.stderr);
  assert.match(
    again.stdout,
    /^\S+\/vcm\.service: unchanged\n\n\S+\/vcm\.timer: unchanged\n\nInstalled; next run .*\n$/,
  );
});

/** Complaints of `systemd-analyze verify` about our units: the machine has units of its own. */
function ours(text: string): string[] {
  return text.split("\n").filter((line) => line.includes("vcm."));
}

test("a unit that cannot write to new directories is reported before a run fails", async () => {
  await using scene = await startInstalled();
  const { directory } = scene;
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  assert.equal((await scene.vcm("install", "--yes", "--quiet")).stdout, "");
  await Deno.mkdir(`${directory}/new`);
  await scene.configure(
    `${pairAlone(scene, "a.e2e.test")}      - cert: "${directory}/new/a.crt"\n`,
  );
  const { code } = await scene.machine.exec(["systemctl", "start", "vcm.service"]);
  assert.equal(code, 1);
  const narrow =
    `vcm.service: it may not write to "${directory}/new"; fix: run "vcm install" again\n`;
  for (const command of ["check", "plan", "status"]) {
    assert.equal((await scene.vcm(command)).stderr, `warning: ${narrow}`, command);
  }
  const { stdout } = await scene.vcm("doctor");
  assert.match(
    stdout,
    /^warning {2}vcm\.service: it may not write to .*new"\n +run "vcm install --config [^ "]*" again$/m,
  );
  const byHand = await scene.vcm("run");
  assert.equal(byHand.code, 0, byHand.stderr);
  assert.ok(byHand.stderr.includes(narrow), byHand.stderr);
  const install = await scene.vcm("install", "--yes");
  assert.equal(install.code, 0, install.stderr);
  assert.match(install.stdout, /\n {2}\+ReadWritePaths=-\S+\/new\n/);
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  await scene.systemctl("start", "vcm.service");
  assert.equal((await scene.vcm("check")).stderr, "");
  assert.equal(
    await Deno.readTextFile(`${directory}/new/a.crt`),
    await Deno.readTextFile(`${directory}/store/a.e2e.test/cert.pem`),
  );
});

test("without systemd each host gets its own minute for cron", async () => {
  await using scene = await startInstalled();
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  const lineOn = async (hostName: string) => {
    const apart = `hostname ${hostName}; mount -t tmpfs none /run/systemd; exec "$@"`;
    const { code, stdout, stderr } = await scene.machine.exec(
      [
        "unshare",
        ...["--mount", "--uts", "sh", "-c", apart, "sh"],
        ...[scene.binary, "install", "--config", `${scene.directory}/vcm.yaml`],
      ],
    );
    assert.equal(code, 0, stderr);
    return stdout.split("\n").at(-2);
  };
  const command = `${scene.binary} run --quiet --config ${scene.directory}/vcm.yaml`;
  assert.equal(await lineOn("web-1"), `35 * * * *  root  ulimit -c 0; exec ${command}`);
  assert.equal(await lineOn("web-2"), `34 * * * *  root  ulimit -c 0; exec ${command}`);
});

test("a unit that was edited is shown and not touched without a yes", async () => {
  await using scene = await startInstalled();
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  assert.equal((await scene.vcm("install", "--yes")).code, 0);
  const before = await unit(scene, "vcm.timer") ?? "";
  const edited = before.replace("OnCalendar=hourly", "OnCalendar=daily");
  await scene.machine.writeUnit("vcm.timer", edited);
  const asked = await scene.vcm("install");
  assert.equal(asked.code, 2);
  assert.match(
    asked.stdout,
    /vcm\.timer: changed\n[^]*\n {2}-OnCalendar=daily\n {2}\+OnCalendar=hourly\n/,
  );
  assert.equal(
    asked.stderr,
    "error: No terminal to ask on: pass --yes to do this without a question; nothing was changed\n" +
      'See "vcm install --help"\n',
  );
  assert.equal(await unit(scene, "vcm.timer"), edited);
  const shown = await scene.vcm("install", "--dry-run");
  assert.deepEqual([shown.code, shown.stdout], [0, asked.stdout]);
  assert.equal((await scene.vcm("install", "--yes")).code, 0);
  assert.equal(await unit(scene, "vcm.timer"), before);
});

test("on a terminal vcm install asks, and Enter is a no", async () => {
  await using scene = await startInstalled();
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  const answering = (answer: string) => {
    const line = `${scene.binary} install --config ${scene.directory}/vcm.yaml`;
    const typed = `printf '${answer}' | script -qec '${line}' /dev/null`;
    return scene.machine.exec(["sh", "-c", typed]);
  };
  const no = await answering("\\n");
  assert.equal(no.code, 2, no.stdout);
  assert.match(no.stdout, /Install\? \[y\/N\]/);
  assert.match(no.stdout, /Nothing was changed/);
  assert.equal(await unit(scene, "vcm.timer"), undefined);
  const yes = await answering("y\\n");
  assert.equal(yes.code, 0, yes.stdout);
  assert.equal(await scene.systemctl("is-active", "vcm.timer"), "active");
});

test("vcm install --uninstall leaves nothing of it, and what others wrote", async () => {
  await using scene = await startInstalled();
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  assert.equal((await scene.vcm("install", "--yes")).code, 0);
  // An error in the configuration, because other failures are tried again.
  await scene.configure("wrong");
  await scene.machine.exec(["systemctl", "start", "vcm.service"]);
  const dropIn = `${UNITS}/vcm.service.d/own.conf`;
  await scene.machine.exec(["mkdir", `${UNITS}/vcm.service.d`]);
  await scene.machine.writeUnit("vcm.service.d/own.conf", "[Service]\nNice=5\n");
  const taken = await scene.machine.exec([
    scene.binary,
    "install",
    "--uninstall",
    "--yes",
    "--json",
  ]);
  assert.equal(taken.code, 0, taken.stderr);
  assert.deepEqual(JSON.parse(taken.stdout), {
    layout: 1,
    done: true,
    files: [
      { path: `${UNITS}/vcm.timer`, state: "removed" },
      { path: `${UNITS}/vcm.service`, state: "removed" },
    ],
    commands: [
      ["systemctl", "disable", "--now", "vcm.timer"],
      ["systemctl", "daemon-reload"],
      ["systemctl", "reset-failed", "vcm.service"],
    ],
    dropIns: [dropIn],
  });
  const left = await scene.machine.exec(["find", UNITS, "-name", "*vcm*", "-o", "-path", "*vcm*"]);
  assert.equal(left.stdout, `${UNITS}/vcm.service.d\n${dropIn}\n`);
  await scene.machine.exec(["rm", "-r", `${UNITS}/vcm.service.d`]);
  await scene.systemctl("daemon-reload");
  assert.equal(await scene.systemctl("list-units", "--all", "--plain", "--no-legend", "vcm.*"), "");

  await scene.machine.writeUnit("vcm.service", "[Service]\nExecStart=/bin/true\n");
  const kept = await scene.machine.exec([scene.binary, "install", "--uninstall", "--yes"]);
  assert.equal(kept.code, 0, kept.stderr);
  assert.match(
    kept.stdout,
    /vcm\.service: kept, because "vcm install" did not write it\n\nNothing to uninstall\n$/,
  );
});

test("vcm install leaves a unit that others wrote, and installs once it is moved away", async () => {
  await using scene = await startInstalled();
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  const own = "[Service]\nExecStart=/bin/true\n";
  await scene.machine.writeUnit("vcm.service", own);
  const refused = await scene.vcm("install", "--yes");
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  assert.ok(
    refused.stderr.startsWith(
      `error: "vcm install" does not overwrite "${UNITS}/vcm.service", which it did not write; `,
    ),
    refused.stderr,
  );
  assert.equal(await unit(scene, "vcm.service"), own);
  assert.equal(await unit(scene, "vcm.timer"), undefined);
  const [, move = ""] = /run "(mv [^"]+)"/.exec(refused.stderr) ?? [];
  assert.equal((await scene.machine.exec(["sh", "-c", move])).code, 0);
  const installed = await scene.vcm("install", "--yes");
  assert.equal(installed.code, 0, installed.stderr);
  assert.equal(await unit(scene, "vcm.service.saved"), own);
  assert.equal(await scene.systemctl("is-active", "vcm.timer"), "active");
});
