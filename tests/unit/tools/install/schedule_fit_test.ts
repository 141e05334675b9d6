import assert from "node:assert/strict";
import { findScheduleMisfit } from "../../../../lib/tools/install/schedule_fit.ts";
import { timerDropIn, timerUnit } from "../../../../lib/tools/install/units_text.ts";
import { makeConfig, makeSpec } from "../../../support/fixtures.ts";
import { makeDirectory } from "../../../support/rig.ts";

const HALF = { kind: "share", percent: 50 } as const;
const SERVICE = "[Service]\nExecStart=/usr/local/bin/vcm run --quiet\n";

/** A host whose administrator's and packages' units and crontab are in a directory. */
function makeRig(ttl: number, file = "/etc/vcm/vcm.yaml") {
  const directory = makeDirectory();
  const config = makeConfig([{ ...makeSpec({ name: "web" }), renew: HALF, ttl }], file);
  const places = {
    units: [directory.at("etc"), directory.at("usr")],
    crontabs: [directory.at("cron")],
  };
  return {
    directory,
    find(more = config) {
      const misfit = findScheduleMisfit(more, () => undefined, places);
      return misfit && `${misfit.subject}: ${misfit.message}`.replaceAll(directory.path, "D");
    },
    enable(at: "etc" | "usr", timer: string, service = SERVICE) {
      directory.write(`${at}/vcm.timer`, timer);
      directory.write(`${at}/vcm.service`, service);
      directory.write(`${at}/timers.target.wants/vcm.timer`, "");
    },
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

const HOURLY = 'runs can be 1h 16m apart, and "web" must be renewed within 5m: ' +
  "it can expire between two runs";

Deno.test("a timer that is too slow for a certificate is named with the command that fixes it", () => {
  using rig = makeRig(600);
  assert.equal(rig.find(), undefined);
  rig.enable("etc", timerUnit());
  assert.equal(rig.find(), `vcm.timer: ${HOURLY}; fix: run "vcm install"`);
  rig.enable("etc", timerUnit(60));
  assert.equal(rig.find(), undefined);
  using slow = makeRig(86_400);
  slow.enable("etc", timerUnit());
  assert.equal(slow.find(), undefined);
});

Deno.test("a timer of a package counts, with its drop-ins, and so does a drop-in of others", () => {
  using rig = makeRig(600);
  rig.enable("usr", "[Timer]\nOnCalendar=daily\n");
  assert.match(rig.find() ?? "", /^vcm\.timer: runs can be 1d [^]*; fix: run "vcm install"$/);
  rig.directory.write("etc/vcm.timer.d/10-vcm-install.conf", timerDropIn(60));
  assert.equal(rig.find(), undefined);
  rig.directory.write("etc/vcm.timer.d/own.conf", "[Timer]\nOnCalendar=\nOnCalendar=hourly\n");
  assert.match(
    rig.find() ?? "",
    /; fix: remove the times from "D\/etc\/vcm\.timer\.d\/own\.conf", then run "vcm install"$/,
  );
});

Deno.test("a timer that is not enabled, or runs another configuration, tells nothing", () => {
  using rig = makeRig(600, "/srv/team.yaml");
  rig.enable("etc", timerUnit());
  assert.equal(rig.find(), undefined);
  rig.enable("etc", timerUnit(), SERVICE.replace("--quiet", "--quiet --config /srv/team.yaml"));
  assert.match(rig.find() ?? "", /; fix: run "vcm install --config \/srv\/team\.yaml"$/);
  Deno.removeSync(rig.directory.at("etc/timers.target.wants/vcm.timer"));
  assert.equal(rig.find(), undefined);
});

Deno.test("lines for cron are looked at, too, and the quickest schedule counts", () => {
  using rig = makeRig(600);
  rig.directory.write(
    "cron",
    "MAILTO=root\n# 0 3 * * * root vcm run\n0 3 * * *  root  exec /usr/local/bin/vcm run -q\n",
  );
  assert.match(rig.find() ?? "", /^D\/cron: runs can be 1d apart, and "web"/);
  rig.directory.write("cron", "* * * * *  root  exec /usr/local/bin/vcm run -q\n");
  assert.equal(rig.find(), undefined);
  rig.enable("etc", timerUnit());
  assert.equal(rig.find(), undefined);
});

Deno.test("a renewal window that is too short for any timer has another fix", () => {
  using rig = makeRig(120);
  rig.enable("etc", timerUnit());
  assert.match(
    rig.find() ?? "",
    /; fix: set a longer "ttl" or "renew", then run "vcm install"$/,
  );
});
