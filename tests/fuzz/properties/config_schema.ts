/** Whatever VCM takes, its JSON Schema takes, as an editor reads it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { InvalidValue, type Scalar } from "../../../lib/config/scalars/scalar.ts";
import type { Value } from "../../../lib/config/declaration.ts";
import { fileSchema } from "../../../lib/config/schema.ts";
import { parseConfig } from "../../../lib/config/parse.ts";
import { ConfigError } from "../../../lib/config/diagnostic.ts";
import { readWholeYaml } from "../../../lib/config/whole_yaml.ts";
import { editorTree, schemaMistakes, validatorOf } from "../../support/editor.ts";
import { blocks, readDocument } from "../../unit/docs/documents.ts";
import { anyValue, damaged } from "../arbitraries/texts.ts";
import { validTree } from "../arbitraries/valid_config.ts";
import { fuzz } from "../fuzz.ts";

const GOOD = [
  readDocument("vcm.yaml.example"),
  ...blocks(readDocument("docs/configuration.md"), "yaml"),
];

const TYPES = [...new Set(scalarsOf(fileSchema))]
  .map(({ read, words, editor }) => ({ read, words, takes: validatorOf(editor()) }));

function scalarsOf(value: Value<unknown>): Scalar<unknown>[] {
  switch (value.kind) {
    case "scalar":
      return [value];
    case "list":
    case "oneOrMore":
      return scalarsOf(value.item);
    case "map":
      return Object.values(value.keys).flatMap(({ value }) => scalarsOf(value));
    case "shortForm":
      return [value.scalar, ...scalarsOf(value.map)];
  }
}

/** What an editor makes of a text that stands in the file without quotes, if it can stand there. */
function unquoted(text: string): unknown {
  const read = readWholeYaml(`a: ${text}\n`);
  if (read.error !== undefined || (read.tree as { a?: unknown })?.a !== text) return text;
  return (editorTree(`a: ${text}\n`) as { a: unknown }).a;
}

/** Good values of each kind, and what is nearly one. */
const written = fc.oneof(
  anyValue,
  fc.stringMatching(/^[+-]?(?:0[ox])?\d{0,9}(?:\.\d{0,2})?(?:e\d)?%?$/),
  fc.stringMatching(/^(?:\d{1,3}[smhdw]){1,3}$/),
  fc.stringMatching(/^\/?[a-z.]{0,6}(?:\/{1,2}[a-z.]{0,6}){0,4}\/?$/),
  fc.webUrl({ withFragments: true, withQueryParameters: true, size: "small" }),
  fc.webUrl({ size: "small" }).chain((url) => fc.constantFrom(`${url}/v1`, url.toUpperCase())),
  fc.stringMatching(/^https?:\/\/[a:@?#/\\v1.]{1,8}$/),
  fc.stringMatching(/^https?:\/\/[a@?#/\\.]{0,3}(?:\/v1)?[/.]?$/),
  fc.stringMatching(/^\[?[0-9a-fA-F:.]{0,20}\]?(?::\d{1,5})?$/),
  fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.emailAddress()),
  fc.stringMatching(/^(?:[sSſ][iIı]g)?(?:h[uU]p|u[sſ]r1|w[ıi]nch)$/),
  fc.stringMatching(/^(?: ?(?:mon|FRI|Sunday)[ -]?,?){0,3} 0\d:[0-6]\d ?-[ 2][0-4]:\d\d$/),
  fc.stringMatching(/^[0-2]\.\d{1,3};(?:UTF|utf)-?8:\w{0,3}$/),
);

export const CONFIG_SCHEMA = [
  fuzz("the JSON Schema accepts a file without errors", validTree, ({ tree }) => {
    assert.deepEqual(schemaMistakes(editorTree(stringify(tree, { lineWidth: 0 }))), []);
    assert.deepEqual(schemaMistakes(tree), []);
  }),
  fuzz(
    "what the JSON Schema refuses of a damaged file, VCM refuses",
    damaged(...GOOD),
    async (text) => {
      try {
        await parseConfig(text, "f");
      } catch (error) {
        if (error instanceof ConfigError) return;
        throw error;
      }
      assert.deepEqual(schemaMistakes(editorTree(text)), []);
    },
  ),
  fuzz("the JSON Schema accepts each value that its reader accepts", written, (text) => {
    const seen = unquoted(text);
    for (const { read, words, takes } of TYPES) {
      if (read(text) instanceof InvalidValue) continue;
      assert.ok(takes(text), `a ${words} takes the text ${JSON.stringify(text)}`);
      assert.ok(takes(seen), `a ${words} takes ${text}, which is ${seen}`);
    }
  }),
];
