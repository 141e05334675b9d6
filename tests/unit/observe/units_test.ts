/** Units of a configuration, where no systemd can be asked; with one: tests/e2e/unit_state_test.ts. */
import assert from "node:assert/strict";
import { askUnits } from "../../../lib/observe/units.ts";
import { makeConfig, makeService, makeSpec } from "../../support/fixtures.ts";

Deno.test("askUnits() asks nobody about services that are no units, and changes nothing", async () => {
  const services = [
    makeService({ id: "docker:web", name: "web", manager: "docker" }),
    makeService({ id: "command:x", name: "x", manager: "command", command: ["x"] }),
  ];
  const config = makeConfig([makeSpec({ services })]);
  const asked = await askUnits(config);
  assert.equal(asked.config, config);
  assert.equal(asked.units.size, 0);
});
