import assert from "node:assert/strict";
import { main } from "../../../../lib/cli/main.ts";
import { jsonSchema } from "../../../../lib/tools/schema/json_schema.ts";
import { readDocument } from "../../docs/documents.ts";
import { fakeHost } from "../../../support/fixtures_host.ts";
import { pureTest } from "../../../support/pure_test.ts";

const JSON_SCHEMA = `${JSON.stringify(jsonSchema(), null, 2)}\n`;
const OUTPUT_SCHEMA = readDocument("docs/output.schema.json");

const CASES: readonly (readonly [line: string, text: string])[] = [
  ["schema", JSON_SCHEMA],
  ["schema --json", JSON_SCHEMA],
  ["schema --output", OUTPUT_SCHEMA],
  ["schema --output --json", OUTPUT_SCHEMA],
];

pureTest("vcm schema prints a JSON Schema, needs no file, and gives its rights up", async () => {
  for (const [line, schema] of CASES) {
    const host = fakeHost();
    assert.equal(await main(line.split(" "), host), 0);
    assert.equal(host.stdout(), schema);
    assert.equal(host.stderr(), "");
    assert.deepEqual(host.givenUp, ["read", "write", "net", "run"]);
  }
});
