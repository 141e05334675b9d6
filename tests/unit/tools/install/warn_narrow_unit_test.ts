import assert from "node:assert/strict";
import type { ApplyEvent } from "../../../../lib/apply/events.ts";
import { warnNarrowUnit } from "../../../../lib/tools/install/warn_narrow_unit.ts";
import { unitFacts } from "../../../../lib/tools/install/unit_facts.ts";
import { serviceUnit } from "../../../../lib/tools/install/units_text.ts";
import { makeConfig, makeSpec, makeTarget } from "../../../support/fixtures.ts";
import { makeDirectory } from "../../../support/rig.ts";

Deno.test("warnNarrowUnit() warns of a target that came after the unit, and of nothing else", () => {
  using directory = makeDirectory();
  const file = directory.at("vcm.yaml");
  const before = makeConfig([], file);
  const after = makeConfig([makeSpec({ targets: [makeTarget({ path: "/srv/a.crt" })] })], file);
  const heard: ApplyEvent[] = [];
  const warn = (config = after) =>
    warnNarrowUnit(config, (event) => heard.push(event), directory.at("vcm.service"));
  warn();
  directory.write("vcm.service", serviceUnit(unitFacts(before, "/usr/local/bin/vcm"), 252));
  warn(before);
  assert.deepEqual(heard, []);
  warn();
  assert.deepEqual(heard, [{
    kind: "warning",
    subject: "vcm.service",
    message: 'it may not write to "/srv"; fix: run "vcm install" again',
  }]);
});
