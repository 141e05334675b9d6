/** docs/json.md is held to the schema of what is printed: they name the same keys and words. */
import assert from "node:assert/strict";
import SCHEMA from "../../../docs/output.schema.json" with { type: "json" };
import { COMBINED_ORDERS } from "../../../lib/certificate/types.ts";
import { CONTROLS, KEY_ORIGINS, KEY_TYPES, STARTTLS } from "../../../lib/config/types.ts";
import { propertiesOf, wordsOf } from "../../support/output_keys.ts";
import { codeWords, readDocument } from "./documents.ts";

const KEYS = [...propertiesOf(SCHEMA).keys()];
const WORDS = wordsOf(SCHEMA);
const NAMED = new Set(codeWords(readDocument("docs/json.md")));

/** Words of the configuration, which docs/keys.md documents. */
const ELSEWHERE: readonly string[] = [
  ...COMBINED_ORDERS,
  ...CONTROLS,
  ...KEY_ORIGINS,
  ...KEY_TYPES,
  ...STARTTLS,
];

/** Neither keys nor words: command lines and examples of values. */
const OTHERS = /^(?:vcm .*|--.*|0644|podman:web)$/;

Deno.test("docs/json.md names each key of what is printed", () => {
  assert.deepEqual(KEYS.filter((key) => !NAMED.has(key)), []);
});

Deno.test("docs/json.md names each word of closed sets", () => {
  const words = [...WORDS].filter((word) => !ELSEWHERE.includes(word));
  assert.deepEqual(words.filter((word) => !NAMED.has(word)), []);
});

Deno.test("docs/json.md names no key and no word that is not printed", () => {
  const known = new Set([...KEYS, ...WORDS]);
  assert.deepEqual([...NAMED].filter((word) => !known.has(word) && !OTHERS.test(word)), []);
});
