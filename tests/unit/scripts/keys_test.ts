import assert from "node:assert/strict";
import { keysDocument } from "../../../scripts/keys.ts";
import { readDocument } from "../docs/documents.ts";

Deno.test("docs/keys.md is generated from the schema and the key docs", async () => {
  const same = readDocument("docs/keys.md") === await keysDocument();
  assert.ok(same, `docs/keys.md is of another schema; run "deno task keys" to make it anew`);
});
