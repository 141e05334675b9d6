import assert from "node:assert/strict";
import { main } from "../../../../lib/cli/main.ts";
import { jsonSchema } from "../../../../lib/tools/schema/json_schema.ts";
import { outputSchema } from "../../../../lib/tools/schema/output/output_schema.ts";
import { fakeHost } from "../../../support/fixtures_host.ts";
import { pureTest } from "../../../support/pure_test.ts";

const CASES: readonly (readonly [string, () => unknown])[] = [
  ["schema", jsonSchema],
  ["schema --json", jsonSchema],
  ["schema --output", outputSchema],
  ["schema --output --json", outputSchema],
];

pureTest("vcm schema prints a JSON Schema, needs no file, and gives its rights up", async () => {
  for (const [line, schema] of CASES) {
    const host = fakeHost();
    assert.equal(await main(line.split(" "), host), 0);
    assert.equal(host.stdout(), `${JSON.stringify(schema(), null, 2)}\n`);
    assert.equal(host.stderr(), "");
    assert.deepEqual(host.givenUp, ["read", "write", "net", "run"]);
  }
});
