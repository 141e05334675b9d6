/** What `vcm install` shows, asks and does; tests/e2e/install_test.ts has it on a real systemd. */
import assert from "node:assert/strict";
import { loadConfig } from "../../../../lib/config/load.ts";
import { unitFacts } from "../../../../lib/tools/install/unit_facts.ts";
import { serviceUnit, timerUnit } from "../../../../lib/tools/install/units_text.ts";
import { outputMistakes } from "../../../support/output_validator.ts";
import { modeOf } from "../../../support/rig.ts";
import { makeInstallRig, SYSTEMD } from "./rig.ts";

/** The unit of the rig's file. */
async function unitIn(directory: string): Promise<string> {
  const facts = unitFacts(await loadConfig(`${directory}/vcm.yaml`), "/usr/local/bin/vcm");
  return serviceUnit(facts, SYSTEMD);
}

function shown(text: string): string {
  return text.trimEnd().split("\n").map((line) => `  ${line}`.trimEnd()).join("\n");
}

const IN_ORDER = `FOLDER/units/vcm.service: unchanged

FOLDER/units/vcm.timer: unchanged

Installed; next run 2026-12-01 10:07 UTC
`;

Deno.test("vcm install shows all that it does, does it, and then finds it in order", async () => {
  using rig = makeInstallRig();
  const { directory, calls } = rig;
  const { status, out, err, givenUp } = await rig.vcm("install --yes");
  const unit = await unitIn(directory.path);
  assert.deepEqual([status, err, givenUp], [0, "", ["net"]]);
  assert.equal(
    out,
    `FOLDER/units/vcm.service: new
${shown(unit).replaceAll(directory.path, "FOLDER")}

FOLDER/units/vcm.timer: new
${shown(timerUnit())}

FOLDER/store/: new directory for the store, mode 0700

run systemctl daemon-reload
run systemctl enable --now vcm.timer
Installed; next run 2026-12-01 10:07 UTC
`,
  );
  assert.equal(directory.read("units/vcm.service"), unit);
  assert.equal(directory.read("units/vcm.timer"), timerUnit());
  assert.equal(modeOf(directory.at("units/vcm.service")), "644");
  assert.equal(modeOf(directory.at("store")), "700");
  assert.deepEqual(calls, ["daemon-reload", "enable --now vcm.timer"]);
  const again = await rig.vcm("install");
  assert.deepEqual([again.status, again.out, again.err], [0, IN_ORDER, ""]);
  assert.equal(calls.length, 2);
});

Deno.test("vcm install asks on a terminal, and a no changes nothing", async () => {
  using rig = makeInstallRig();
  const questions: string[] = [];
  const answering = (yes: boolean) => ({
    canAsk: true,
    ask: (question: string) => questions.push(question) > 0 && yes,
  });
  const no = await rig.vcm("install", answering(false));
  assert.deepEqual([no.status, questions, rig.calls], [2, ["Install?"], []]);
  assert.match(no.out, /\nNothing was changed\n$/);
  assert.deepEqual(rig.directory.tree(), ["units/", "vcm.yaml"]);
  const yes = await rig.vcm("install --quiet", answering(true));
  assert.equal(yes.status, 0);
  assert.match(yes.out, /^FOLDER\/units\/vcm\.service: new\n/);
  assert.equal(rig.calls.length, 2);
});

Deno.test("vcm install changes nothing if it cannot ask, or with --dry-run", async () => {
  using rig = makeInstallRig();
  const mute = await rig.vcm("install");
  assert.deepEqual([mute.status, mute.err, mute.givenUp], [
    2,
    "error: No terminal to ask on: pass --yes to do this without a question; nothing was changed\n" +
    'See "vcm install --help"\n',
    ["net", "write"],
  ]);
  const dry = await rig.vcm("install --dry-run", { uid: () => 1000 });
  assert.deepEqual([dry.status, dry.out, dry.givenUp], [0, mute.out, ["net", "write"]]);
  const json = await rig.vcm("install --json");
  assert.equal(json.status, 2);
  assert.match(json.err, /^error: No questions with --json: pass --yes too\n/);
  assert.deepEqual([rig.directory.tree(), rig.calls], [["units/", "vcm.yaml"], []]);
});

Deno.test("vcm install --json tells what was done, and --dry-run what would be", async () => {
  using rig = makeInstallRig();
  const printed = async (line: string) => {
    const { out } = await rig.vcm(line);
    assert.deepEqual(outputMistakes("install", out), []);
    return JSON.parse(out);
  };
  const dry = await printed("install --json --dry-run");
  const written = await printed("install --json --yes");
  assert.equal(dry.done, false);
  assert.deepEqual(written, {
    ...dry,
    done: true,
    nextRun: "2026-12-01T10:07:12.000Z",
  });
  assert.deepEqual(written.commands, [
    ["systemctl", "daemon-reload"],
    ["systemctl", "enable", "--now", "vcm.timer"],
  ]);
  assert.equal(written.files[1].text, timerUnit());
  const again = await printed("install --json");
  assert.deepEqual([again.commands, again.files.map(({ state }: { state: string }) => state)], [
    [],
    ["unchanged", "unchanged"],
  ]);
});

Deno.test("vcm install needs root, and a valid file", async () => {
  using rig = makeInstallRig();
  const user = await rig.vcm("install --yes", { uid: () => 1000 });
  assert.deepEqual([user.status, user.err], [
    1,
    'error: Cannot change units as user 1000: units belong to root; run it as root, or run "vcm ' +
    'install --dry-run" to see what it would do\n',
  ]);
  rig.configure("  - {name: a.test}\n");
  const wrong = await rig.vcm("install --yes");
  assert.deepEqual([wrong.status, wrong.out], [2, ""]);
  assert.deepEqual([rig.directory.tree(), rig.calls], [["units/", "vcm.yaml"], []]);
});

Deno.test("vcm install shows how a unit differs, and starts a timer that does not run", async () => {
  using rig = makeInstallRig();
  const { directory, calls } = rig;
  await rig.vcm("install --yes --quiet");
  directory.write("units/vcm.timer", timerUnit().replace("15m", "1h"));
  await rig.vcm("install --yes");
  calls.length = 0;
  directory.write("units/vcm.timer", timerUnit().replace("15m", "1h\u001b[2J"));
  directory.write("units/vcm.timer.d/own.conf", "[Timer]\n");
  const { out } = await rig.vcm("install --yes");
  assert.match(
    out,
    /vcm\.timer: changed\n {2} # Written[^]*\n {2}-RandomizedDelaySec=1h\ufffd\[2J\n {2}\+RandomizedDelaySec=15m\n/,
  );
  assert.match(out, /\nkept: FOLDER\/units\/vcm\.timer\.d\/own\.conf\n/);
  assert.deepEqual(calls, ["daemon-reload"]);
  assert.equal(directory.read("units/vcm.timer"), timerUnit());
  rig.answers.set(
    "show --property=ActiveState,SubState,UnitFileState,NeedDaemonReload,FragmentPath -- vcm.timer vcm.service",
    {
      code: 0,
      stderr: "",
      stdout:
        "ActiveState=active\nUnitFileState=disabled\nNeedDaemonReload=yes\n\nActiveState=inactive\n",
    },
  );
  assert.match(
    (await rig.vcm("install --yes")).out,
    /\nrun systemctl daemon-reload\nrun systemctl enable --now vcm\.timer\n/,
  );
});

Deno.test("vcm install names the call of systemctl that fails, and what is done already", async () => {
  using rig = makeInstallRig();
  rig.answers.set("enable --now vcm.timer", { code: 1, stderr: "Unit is masked.\n" });
  const { status, err } = await rig.vcm("install --yes");
  assert.deepEqual([status, err], [
    1,
    'error: "systemctl enable --now vcm.timer" failed (1): Unit is masked.; already done: ' +
    "FOLDER/units/vcm.service is written, FOLDER/units/vcm.timer is written\n",
  ]);
  rig.answers.clear();
  const { out } = await rig.vcm("install --yes");
  assert.match(out, /unchanged\n\nrun systemctl enable --now vcm\.timer\nInstalled; /);
});

Deno.test("vcm install writes through no link, and says what cannot be written", async () => {
  using rig = makeInstallRig();
  Deno.symlinkSync("/dev/null", rig.directory.at("units/vcm.timer"));
  const masked = await rig.vcm("install --yes");
  assert.deepEqual([masked.status, masked.err], [
    1,
    'error: "FOLDER/units/vcm.timer" is a symbolic link, such as one from "systemctl mask"; fix: ' +
    "remove it\n",
  ]);
  const lost = await rig.vcm("install --yes", {}, { directory: rig.directory.at("none") });
  assert.deepEqual([lost.status, lost.err], [
    1,
    'error: Cannot write "FOLDER/none/vcm.service": no such file or directory\n',
  ]);
  assert.deepEqual(rig.calls, []);
});

Deno.test("vcm install leaves a unit that it did not write, and says how to go on", async () => {
  const foreign = ["[Service]\nExecStart=/bin/true\n", "", `\n${timerUnit()}`, "\x1b[2J"];
  for (const text of foreign) {
    for (const line of ["install --yes", "install --yes --quiet", "install --dry-run"]) {
      using rig = makeInstallRig();
      const { directory } = rig;
      directory.write("units/vcm.timer", text);
      const { status, out, err } = await rig.vcm(line);
      assert.deepEqual([status, out], [1, ""]);
      assert.equal(
        err,
        'error: "vcm install" does not overwrite "FOLDER/units/vcm.timer", which it did not write; ' +
          'nothing was changed; fix: run "mv FOLDER/units/vcm.timer ' +
          'FOLDER/units/vcm.timer.saved", then "vcm install" again; put your own lines into a ' +
          "drop-in (FOLDER/units/vcm.timer.d/own.conf)\n",
      );
      assert.equal(directory.read("units/vcm.timer"), text);
      assert.deepEqual([directory.tree(), rig.calls], [
        ["units/", "units/vcm.timer", "vcm.yaml"],
        [],
      ]);
    }
  }
});

Deno.test("vcm install names each unit of others, and goes on once they are away", async () => {
  using rig = makeInstallRig();
  const { directory } = rig;
  for (const unit of ["vcm.service", "vcm.timer"]) directory.write(`units/${unit}`, "[Unit]\n");
  const { err } = await rig.vcm("install --yes --json");
  assert.match(
    err,
    /does not overwrite "FOLDER\/units\/vcm\.service" and "FOLDER\/units\/vcm\.timer"/,
  );
  const [, command = ""] = /run "(mv [^"]+)"/.exec(err) ?? [];
  const moved = await new Deno.Command("sh", {
    args: ["-c", command.replaceAll("FOLDER", directory.path)],
  }).output();
  assert.equal(moved.code, 0);
  assert.equal((await rig.vcm("install --yes --quiet")).status, 0);
  assert.equal(directory.read("units/vcm.timer.saved"), "[Unit]\n");
  assert.equal(directory.read("units/vcm.timer"), timerUnit());
});

Deno.test("vcm install hides no unit of others in another directory, and overrides its own", async () => {
  using rig = makeInstallRig();
  const show =
    "show --property=ActiveState,SubState,UnitFileState,NeedDaemonReload,FragmentPath -- " +
    "vcm.timer vcm.service";
  const answer = (service: string) =>
    rig.answers.set(show, {
      code: 0,
      stderr: "",
      stdout:
        `ActiveState=inactive\nFragmentPath=\n\nActiveState=inactive\nFragmentPath=${service}\n`,
    });
  answer("/usr/local/lib/systemd/system/vcm.service");
  const { status, err } = await rig.vcm("install --yes");
  assert.deepEqual([status, err], [
    1,
    'error: "vcm install" did not write "/usr/local/lib/systemd/system/vcm.service", and ' +
    '"FOLDER/units/vcm.service" would hide it; nothing was changed. To change that unit, ' +
    'run "systemctl edit vcm.service"; to let VCM write its own, remove that unit and ' +
    'run "vcm install" again\n',
  ]);
  assert.deepEqual([rig.directory.tree(), rig.calls], [["units/", "vcm.yaml"], []]);
  // Removed by hand, which systemd has not noticed yet.
  answer(rig.directory.at("units/vcm.service"));
  assert.equal((await rig.vcm("install --yes --quiet")).status, 0);
});

Deno.test("vcm install writes what the running systemd takes, and nothing that it may refuse", async () => {
  for (
    const [version, restarts, steps] of [
      ["Version=239 (239-82.el8)", false, false],
      ["Version=v244.3-1", true, false],
      ["Version=257.4", true, true],
      ["Version=~devel", false, false],
      ["", false, false],
    ] as const
  ) {
    using rig = makeInstallRig();
    const answer = { code: version === "" ? 1 : 0, stderr: "", stdout: `${version}\n` };
    rig.answers.set("show --property=Version", answer);
    assert.equal((await rig.vcm("install --yes --quiet")).status, 0);
    const unit = rig.directory.read("units/vcm.service");
    assert.equal(unit.includes("\nRestart=on-failure\n"), restarts, version);
    assert.equal(unit.includes("\nRestartSteps="), steps, version);
    // After an upgrade of systemd the difference is shown.
    rig.answers.delete("show --property=Version");
    const { out } = await rig.vcm("install --dry-run");
    assert.equal(out.includes("+RestartSec=90s"), !restarts || steps, version);
  }
});
