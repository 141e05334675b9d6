/** Any text of a file: a configuration, or mistakes with places, in bounded time. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import { ConfigError, type Problem } from "../../../lib/config/problem.ts";
import { blocks, readDocument } from "../../unit/docs/documents.ts";
import { deepDocument, tower } from "../arbitraries/documents.ts";
import { damaged, wellFormedText } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const GOOD = [
  readDocument("vcm.yaml.example"),
  ...blocks(readDocument("docs/configuration.md"), "yaml"),
  "certs: []\n",
];

/** Milliseconds; what is made here takes half a second at the most, and what grows by powers more. */
const LIMIT = 5_000;

/** What is said of a text that no parser can read. */
const TOO_DEEP = "is nested too deeply to be read";

async function parses(text: string): Promise<void> {
  const began = performance.now();
  try {
    await parseConfig(text, "f");
  } catch (error) {
    assert.ok(error instanceof ConfigError, `not a ConfigError: ${Deno.inspect(error)}`);
    assert.ok(error.problems.length > 0);
    for (const problem of error.problems) assertProblem(text, problem);
  }
  const took = performance.now() - began;
  assert.ok(took < LIMIT, `it took ${Math.round(took)} ms`);
}

function assertProblem(text: string, { line, column, message }: Problem): void {
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
  fuzz("any text is a configuration, or mistakes with places", wellFormedText, parses),
  fuzz(
    "a good file after slips is a configuration, or mistakes with places",
    damaged(...GOOD).map((text) => text.toWellFormed()),
    parses,
  ),
  fuzz("a deep text is a configuration, or mistakes", deepDocument, parses),
  fuzz("anchors that hold one another are read in bounded time", tower, parses),
];
