/** How often the timer of `vcm install` runs VCM, also if the timer belongs to a package. */
import assert from "node:assert/strict";
import { timerDropIn, timerUnit } from "../../../../lib/tools/install/units_text.ts";
import { makeInstallRig } from "./rig.ts";

/** One more certificate. */
const entry = (keys: string) => `  - {name: short.test, ${keys}, deploy: [{cert: /srv/b.crt}]}\n`;
const HOUR_LONG = entry("ttl: 1h");
const DROP_IN = "units/vcm.timer.d/10-vcm-install.conf";
const OF_PACKAGE = "[Timer]\nOnCalendar=daily\n";

Deno.test("vcm install derives the timer from the certificate that must be renewed most often", async () => {
  using rig = makeInstallRig(HOUR_LONG);
  const { status, out, err } = await rig.vcm("install --yes");
  assert.deepEqual([status, err], [0, ""]);
  assert.match(out, /every 5m\n[^]*\n {2}OnCalendar=\*:0\/5\n[^]*=75s\n {2}AccuracySec=5s\n/);
  assert.equal(rig.directory.read("units/vcm.timer"), timerUnit(300));
  // Runs of such a timer would reach the limit of starts.
  const service = rig.directory.read("units/vcm.service");
  assert.deepEqual(service.match(/^(?:StartLimit|Restart).*/mg), ["StartLimitIntervalSec=0"]);
  rig.configure("");
  await rig.vcm("install --yes");
  assert.equal(rig.directory.read("units/vcm.timer"), timerUnit());
  assert.match(rig.directory.read("units/vcm.service"), /^StartLimitBurst=5$/m);
});

Deno.test("vcm install --every sets the interval, and says if it does not fit", async () => {
  using rig = makeInstallRig(HOUR_LONG);
  const wide = await rig.vcm("install --yes --every 30m");
  assert.equal(wide.status, 0);
  assert.equal(
    wide.err,
    'warning: vcm.timer: runs can be 38m apart, and "short.test" must be renewed within 20m: ' +
      'it can expire between two runs; fix: run "vcm install" without "--every"\n',
  );
  assert.equal(rig.directory.read("units/vcm.timer"), timerUnit(1_800));
  const close = await rig.vcm("install --yes --every 1m");
  assert.deepEqual([close.status, close.err], [0, ""]);
  assert.equal(rig.directory.read("units/vcm.timer"), timerUnit(60));
  for (const text of ["7m", "2h", "30s", "0", "x"]) {
    const { status, err } = await rig.vcm(`install --yes --every ${text}`);
    assert.equal(status, 2);
    assert.ok(
      err.startsWith(
        'error: Option "--every" takes one of 1m, 2m, 3m, 4m, 5m, 6m, 10m, 12m, 15m, 20m, 30m, ' +
          `1h; got "${text}"\n`,
      ),
      err,
    );
  }
});

Deno.test("vcm install warns of certificates that are too short for every timer", async () => {
  using rig = makeInstallRig(entry("ttl: 3m"));
  const { status, err } = await rig.vcm("install --yes --quiet");
  assert.equal(status, 0);
  assert.match(err, /"short\.test" must be renewed within 1m: [^]*; fix: set a longer "ttl" or/);
  assert.equal(rig.directory.read("units/vcm.timer"), timerUnit(60));
});

Deno.test("the line for cron comes as often as the timer", async () => {
  const without = { hasSystemd: () => false };
  for (
    const [ttl, minutes] of [["1h", "0-59/5"], ["4m", "0-59/1"], ["2h", "5-59/10"], [
      "1d",
      "35",
    ]] as const
  ) {
    using rig = makeInstallRig(entry(`ttl: ${ttl}`));
    const { out } = await rig.vcm("install", {}, without);
    assert.ok(out.includes(`\n${minutes} * * * *  root  `), out);
  }
});

Deno.test("the timer of a package gets a drop-in, which is changed and removed again", async () => {
  using rig = makeInstallRig(HOUR_LONG);
  const { directory, calls } = rig;
  directory.write("packaged/vcm.timer", OF_PACKAGE);
  directory.write("packaged/vcm.service", "[Service]\n");
  directory.write("units/vcm.timer.d/own.conf", "[Timer]\n");
  const { status, out } = await rig.vcm("install --yes");
  assert.equal(status, 0);
  assert.match(out, /^FOLDER\/units\/vcm\.service\.d\/10-vcm-install\.conf: new\n/);
  assert.match(out, /\nkept: FOLDER\/units\/vcm\.timer\.d\/own\.conf\n/);
  assert.doesNotMatch(out, /kept: .*10-vcm/);
  assert.equal(directory.read(DROP_IN), timerDropIn(300));
  assert.deepEqual(calls, ["daemon-reload", "enable --now vcm.timer"]);
  assert.deepEqual(directory.tree().filter((path) => /^units\/vcm\.[a-z]+$/.test(path)), []);
  const again = await rig.vcm("install --yes");
  assert.match(again.out, /service\.d\/\S+: unchanged\n\n\S+timer\.d\/\S+: unchanged\n/);

  rig.configure("");
  await rig.vcm("install --yes --quiet");
  assert.equal(directory.read(DROP_IN), timerDropIn(3_600));
  assert.ok(!directory.tree().includes("units/vcm.service.d/"), directory.tree().join());
  assert.equal(calls.at(-1), "daemon-reload");
  assert.match(
    (await rig.vcm("install")).out,
    /^\S+timer\.d\/\S+: unchanged\n\n(?:kept: .*\n)+Inst/,
  );

  await rig.vcm("install --uninstall --yes");
  assert.deepEqual(calls.slice(-2), ["disable --now vcm.timer", "daemon-reload"]);
  assert.deepEqual(directory.tree().filter((path) => path.startsWith("units/")), [
    "units/",
    "units/vcm.timer.d/",
    "units/vcm.timer.d/own.conf",
  ]);
});

Deno.test("a unit that is missing in a package is written beside the drop-in", async () => {
  using rig = makeInstallRig(HOUR_LONG);
  rig.directory.write("packaged/vcm.timer", OF_PACKAGE);
  assert.equal((await rig.vcm("install --yes")).status, 0);
  assert.deepEqual(rig.directory.tree().filter((path) => path.startsWith("units/")), [
    "units/",
    "units/vcm.service",
    "units/vcm.timer.d/",
    DROP_IN,
  ]);
});

Deno.test("when the package is gone, VCM writes its own units and removes its drop-ins", async () => {
  using rig = makeInstallRig(HOUR_LONG);
  const { directory } = rig;
  for (const unit of ["vcm.timer", "vcm.service"]) directory.write(`packaged/${unit}`, "");
  assert.equal((await rig.vcm("install --yes")).status, 0);
  for (const unit of ["vcm.timer", "vcm.service"]) {
    Deno.removeSync(directory.at(`packaged/${unit}`));
  }
  assert.equal((await rig.vcm("install --yes")).status, 0);
  assert.deepEqual(directory.tree().filter((path) => path.startsWith("units/")), [
    "units/",
    "units/vcm.service",
    "units/vcm.timer",
  ]);
});

Deno.test("vcm install overwrites no drop-in of others, whatever its name", async () => {
  using rig = makeInstallRig(HOUR_LONG);
  rig.directory.write("packaged/vcm.timer", OF_PACKAGE);
  rig.directory.write(DROP_IN, "[Timer]\n");
  const { status, err } = await rig.vcm("install --yes");
  assert.equal(status, 1);
  assert.match(err, /does not overwrite "FOLDER\/units\/vcm\.timer\.d\/10-vcm-install\.conf"/);
  assert.equal(rig.directory.read(DROP_IN), "[Timer]\n");
});
