import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { jsonSchema } from "../../../lib/config/json_schema.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("vcm schema prints the JSON Schema, needs no file, and gives its rights up", async () => {
  for (const line of [["schema"], ["schema", "--json"]]) {
    const host = fakeHost();
    assert.equal(await main(line, host), 0);
    assert.equal(host.stdout(), `${JSON.stringify(jsonSchema(), null, 2)}\n`);
    assert.equal(host.stderr(), "");
    assert.deepEqual(host.givenUp, ["read", "write", "net", "run"]);
  }
});
