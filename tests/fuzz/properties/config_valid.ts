/** Any configuration without a mistake, however it is written: it is read, and always as the same. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { parseConfig } from "../../../lib/config/parse.ts";
import { validTree } from "../arbitraries/valid_config.ts";
import { fuzz } from "../fuzz.ts";

/** The ways in which one tree can be written. */
const style = fc.record(
  {
    indent: fc.integer({ min: 1, max: 8 }),
    indentSeq: fc.boolean(),
    collectionStyle: fc.constantFrom("any", "flow"),
    defaultStringType: fc.constantFrom("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE"),
    // The library that writes it spoils some of the lines that it folds (2.9.1).
    lineWidth: fc.constant(0),
    aliasDuplicateObjects: fc.boolean(),
  } as const,
);

export const CONFIG_VALID = [
  fuzz(
    "a valid file is read, with the same result in each notation",
    fc.tuple(validTree, style),
    async ([{ tree, names, files }, style]) => {
      const text = stringify(tree, style);
      const config = await parseConfig(text, "f");
      assert.deepEqual(config.certificates.map(({ name }) => name), names);
      const targets = config.certificates.flatMap(({ targets }) => targets);
      assert.equal(targets.length, files.length);
      const others = [
        text,
        JSON.stringify(tree),
        text.replaceAll("\n", "\r\n"),
        `\ufeff${text}`,
        `# a comment\n---\n${text}\n...\n`,
      ];
      for (const other of others) assert.deepEqual(await parseConfig(other, "f"), config);
    },
  ),
];
