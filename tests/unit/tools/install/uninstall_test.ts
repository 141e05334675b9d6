import assert from "node:assert/strict";
import { makeInstallRig } from "./rig.ts";
import { outputMistakes } from "../../../support/output_validator.ts";

Deno.test("vcm install --uninstall shows, asks, and removes what VCM wrote", async () => {
  using rig = makeInstallRig();
  const { directory, calls } = rig;
  await rig.vcm("install --yes --quiet");
  calls.length = 0;
  const mute = await rig.vcm("install --uninstall");
  assert.equal(mute.status, 2);
  assert.match(mute.err, /^error: No terminal to ask on: pass --yes /);
  const edited = `${directory.read("units/vcm.service")}Nice=5\n`;
  directory.write("units/vcm.service", edited);
  // The configuration may be gone by then.
  Deno.removeSync(directory.at("vcm.yaml"));
  const questions: string[] = [];
  const { status, out } = await rig.vcm("install --uninstall", {
    canAsk: true,
    ask: (question) => questions.push(question) > 0,
  });
  assert.deepEqual([status, questions], [0, ["Uninstall?"]]);
  assert.match(
    out,
    /^run systemctl disable --now vcm\.timer\nFOLDER\/units\/vcm\.timer: removed\n/,
  );
  assert.match(
    out,
    /\nFOLDER\/units\/vcm\.service: removed\n[^]*\n {2}Nice=5\n\nrun systemctl daemon-reload\n/,
  );
  assert.match(out, /\nUninstalled; configuration, store and targets are kept\n$/);
  assert.deepEqual(calls, ["disable --now vcm.timer", "daemon-reload"]);
  assert.deepEqual(directory.tree(), ["store/", "store/.lock", "units/"]);
  const again = await rig.vcm("install --uninstall");
  assert.deepEqual([again.status, again.out], [
    0,
    `FOLDER/units/vcm.timer: absent

FOLDER/units/vcm.service: absent

Nothing to uninstall
`,
  ]);
});

Deno.test("vcm install --uninstall leaves and names what others wrote", async () => {
  using rig = makeInstallRig();
  await rig.vcm("install --yes --quiet");
  rig.calls.length = 0;
  rig.directory.write("units/vcm.service", "[Service]\nExecStart=/bin/true\n");
  rig.directory.write("units/vcm.service.d/own.conf", "[Service]\n");
  const { out } = await rig.vcm("install --uninstall --yes --json");
  assert.deepEqual(outputMistakes("install", out), []);
  const { files, dropIns } = JSON.parse(out);
  assert.deepEqual([files, dropIns], [
    [
      { path: "FOLDER/units/vcm.timer", state: "removed" },
      { path: "FOLDER/units/vcm.service", state: "kept" },
    ],
    ["FOLDER/units/vcm.service.d/own.conf"],
  ]);
  assert.deepEqual(rig.directory.tree().slice(2), [
    "units/",
    "units/vcm.service",
    "units/vcm.service.d/",
    "units/vcm.service.d/own.conf",
    "vcm.yaml",
  ]);
});

Deno.test("vcm install --uninstall keeps the files if the timer cannot be stopped", async () => {
  using rig = makeInstallRig();
  await rig.vcm("install --yes --quiet");
  rig.answers.set("disable --now vcm.timer", { code: 1, stderr: "Access denied\n" });
  const { status, err } = await rig.vcm("install --uninstall --yes");
  assert.deepEqual([status, err], [
    1,
    'error: "systemctl disable --now vcm.timer" failed (1): Access denied; already done: ' +
    "nothing\n",
  ]);
  assert.ok(rig.directory.tree().includes("units/vcm.timer"));
});

Deno.test("vcm install --uninstall removes the files if there is no systemd any more", async () => {
  using rig = makeInstallRig();
  await rig.vcm("install --yes --quiet");
  rig.calls.length = 0;
  const { status } = await rig.vcm("install --uninstall --yes", {}, { hasSystemd: () => false });
  assert.deepEqual([status, rig.calls], [0, []]);
  assert.ok(!rig.directory.tree().includes("units/vcm.timer"));
});

for (
  const [what, state, calls] of [
    ["waits for its next try", "activating\nSubState=auto-restart", [
      "disable --now vcm.timer",
      "stop vcm.service",
      "daemon-reload",
    ]],
    ["waits in the words of systemd 254", "activating\nSubState=auto-restart-queued", [
      "disable --now vcm.timer",
      "stop vcm.service",
      "daemon-reload",
    ]],
    ["has failed", "failed\nSubState=failed", [
      "disable --now vcm.timer",
      "daemon-reload",
      "reset-failed vcm.service",
    ]],
    ["runs", "activating\nSubState=start", ["disable --now vcm.timer", "daemon-reload"]],
  ] as const
) {
  Deno.test(`vcm install --uninstall leaves no trace in systemd of a unit that ${what}`, async () => {
    using rig = makeInstallRig();
    await rig.vcm("install --yes --quiet");
    rig.calls.length = 0;
    rig.answers.set(
      "show --property=ActiveState,SubState,UnitFileState,NeedDaemonReload,FragmentPath -- " +
        "vcm.timer vcm.service",
      { code: 0, stderr: "", stdout: `ActiveState=active\n\nActiveState=${state}\n` },
    );
    assert.equal((await rig.vcm("install --uninstall --yes")).status, 0);
    assert.deepEqual(rig.calls, calls);
  });
}
