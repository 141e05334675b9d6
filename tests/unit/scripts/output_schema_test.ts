import assert from "node:assert/strict";
import { outputSchemaText } from "../../../scripts/output_schema.ts";
import { readDocument } from "../docs/documents.ts";

Deno.test("docs/output.schema.json is what the types of the documents make", () => {
  const same = readDocument("docs/output.schema.json") === outputSchemaText();
  assert.ok(same, `docs/output.schema.json is out of date; run "deno task schema"`);
});
