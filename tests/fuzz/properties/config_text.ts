/** Any text of a file: a configuration, or mistakes with places, in bounded time. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseConfig } from "../../../lib/config/parse.ts";
import { ConfigError, type Diagnostic } from "../../../lib/config/diagnostic.ts";
import { blocks, readDocument } from "../../unit/docs/documents.ts";
import { environmentOf } from "../../unit/config/environment.ts";
import { deepDocument, tower } from "../arbitraries/documents.ts";
import { anyValue, damaged, wellFormedText } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const GOOD = [
  readDocument("vcm.yaml.example"),
  ...blocks(readDocument("docs/configuration.md"), "yaml"),
  "certs: []\n",
];

/** Texts with what leads out of them. */
const MORE = [
  readDocument("vcm.yaml.example").replaceAll("myorg.local", "${VCM_A:-a}.${HOSTNAME}"),
  `include: [a, "conf.d/*"]
defaults:
  deploy: {owner: "\${VCM_A}", group: g, mode: "0644", create_dirs: true, order: key-first}
  service: {control: reload, timeout: 5m, window: ["02:00-04:00", "\${VCM_B:-Sun 01:00-02:00}"]}
config: {pki: "\${FQDN}", role: "r$\${"}
certs: []
`,
  `x-a: &a {owner: "\${VCM_A}", mode: 0640}
certs:
  - name: "\${HOSTNAME}"
    deploy: [{privkey: "/\${VCM_B:-b}", <<: *a}, {cert: /b}, {combined: /c}]
    service: [{name: a, command: [a, "\\x24{VCM_A}"]}, {name: b, manager: docker}]
`,
];

const whole = fc.oneof(
  wellFormedText,
  fc.constantFrom(...MORE),
  damaged(...MORE, ...GOOD).map((text) => text.toWellFormed()),
  tower,
);

/** Milliseconds; what is made here takes half a second at the most, and what grows by powers more. */
const LIMIT = 5_000;

/** What is said of a text that no parser can read. */
const TOO_DEEP = "is nested too deeply";

/** @param files Texts of included files, by their names. */
async function parses(
  text: string,
  files: Readonly<Record<string, string>> = {},
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const began = performance.now();
  try {
    await parseConfig(text, "f", () => Promise.resolve(environmentOf({ files, variables })));
  } catch (error) {
    assert.ok(error instanceof ConfigError, `not a ConfigError: ${Deno.inspect(error)}`);
    assert.ok(error.diagnostics.length > 0);
    for (const diagnostic of error.diagnostics) {
      assertDiagnostic(
        diagnostic.file === undefined ? text : files[diagnostic.file] ?? "",
        diagnostic,
      );
    }
  }
  const took = performance.now() - began;
  assert.ok(took < LIMIT, `it took ${Math.round(took)} ms`);
}

function assertDiagnostic(text: string, { line, column, message }: Diagnostic): void {
  assert.doesNotMatch(message, /\[object|\n|\bat .*\.ts:\d/);
  if (line === undefined || column === undefined) {
    // Nor has one a place where the text is read, but too deep for the parser that knows places.
    assert.ok(message === TOO_DEEP || text.length > 500, `no place: ${message}`);
    return;
  }
  // Editors disagree about a carriage return alone: to some it ends a line.
  const inside = [/\r\n|\r|\n/, /\n/].some((end) => {
    const length = text.split(end)[line - 1]?.length ?? -1;
    // The end of a line is a place too, for what is missing there.
    return column >= 1 && column <= length + 1;
  });
  assert.ok(inside, `no such place: ${line}:${column} ${message}`);
}

export const CONFIG_TEXT = [
  fuzz(
    "any text is a configuration, or diagnostics with places",
    wellFormedText,
    (text) => parses(text),
  ),
  fuzz(
    "a valid file after random edits is a configuration, or diagnostics with places",
    damaged(...GOOD).map((text) => text.toWellFormed()),
    (text) => parses(text),
  ),
  fuzz(
    "a deeply nested text is a configuration, or diagnostics",
    deepDocument,
    (text) => parses(text),
  ),
  fuzz(
    "anchors that hold one another are read in bounded time",
    tower,
    (text) => parses(text),
  ),
  fuzz(
    "a file, its includes and its variables are a configuration, or diagnostics with places",
    fc.tuple(whole, fc.array(whole, { maxLength: 3 }), fc.array(anyValue, { maxLength: 3 })),
    async ([main, others, values]) => {
      const files = Object.fromEntries(others.map((text, at) => [`f${at}`, text]));
      const names = ["HOSTNAME", "FQDN", "VCM_A"];
      const variables = Object.fromEntries(values.map((value, at) => [names[at], value]));
      await parses(main, files, variables);
      // The same as one that is sure to have more to it than its own text.
      await parses(`include: "*"\n${main}`, files, variables);
    },
  ),
];
