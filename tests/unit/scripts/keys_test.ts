import assert from "node:assert/strict";
import { commandsDocument } from "../../../scripts/commands.ts";
import { keysDocument } from "../../../scripts/keys.ts";
import { readDocument } from "../docs/documents.ts";

Deno.test("docs/keys.md is generated from the schema and the key docs", async () => {
  const same = readDocument("docs/keys.md") === await keysDocument();
  assert.ok(same, `docs/keys.md is of another schema; run "deno task keys" to make it anew`);
});

Deno.test("docs/commands.md is generated from the command table", async () => {
  const same = readDocument("docs/commands.md") === await commandsDocument();
  assert.ok(same, 'docs/commands.md is of another command table; run "deno task keys"');
});
