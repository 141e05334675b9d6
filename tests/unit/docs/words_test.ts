/**
 * Words of a private language stay out of the program and of the documents that people read first.
 * Comments are not looked at, so that no lexer is needed.
 */
import assert from "node:assert/strict";
import { filesBelow } from "../../../scripts/files_below.ts";
import { DOCUMENTS, readDocument } from "./documents.ts";

/** Terms that no identifier, file name or message of the program may hold. */
const TERM =
  /^(debts?|owe[ds]?|heirs?|unjudged|wish(es|ed)?|passages?|doors|turns|obstacles?|setbacks?|tid(y|ied|ies)|hazards?|surroundings|judg(e[ds]?|ing)|somebody|anew|whats)$/;

const PHRASES = [
  "by whose hand soever",
  "save for",
  "is no regular file",
  "has no value",
  "Nobody is asked",
  "cure:",
  "owes nothing",
  "put back",
  "of its own",
  "found fault",
  "takes that back",
  "takes back",
  "was begun",
  "judge",
  "hands over",
  "somebody",
  "anew",
  "by way of",
  "became of",
  "it cannot tell it",
];

/** Words of an average sentence, at most. */
const SENTENCE_WORDS = 18;

/** Of a test, in any of the ways in which tests are registered. */
const TEST_NAME = /(?:[tT]est|step|fuzz)\(\s*(?:"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

/** Phrases that a name of a test had in place of a term. */
const TEST_PHRASES = /\bmarkers?\b|\bmend(s|ed)?\b|\bput back\b|\bfinds? fault\b|\b(is|are) said\b/;

/** Words that are right where they stand. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // A plain verb in a message: a server turns clients away.
  "lib/observe/starttls.ts": ["turns"],
  // Names that an earlier build gave to files in the store.
  "lib/store/carry_over.ts": ["unjudged"],
  "lib/store/store_paths.ts": ["owed"],
  // The first line of installed units, by which they are recognized.
  "lib/tools/install/units_text.ts": ["anew"],
};

/** These still hold such terms; a file that holds none any more must be taken out. */
const KNOWN_FILES: ReadonlySet<string> = new Set([]);

Deno.test("identifiers, file names and messages of the program hold no private terms", async () => {
  const sources = await filesBelow("lib");
  assert.ok(sources.length > 200, `only ${sources.length} sources found`);
  const found = sources.filter((path) => path.endsWith(".ts"))
    .flatMap((path) => {
      const terms = privateTerms(`${path} ${withoutComments(readDocument(path))}`)
        .filter((term) => !ALLOWED[path]?.includes(term));
      return terms.length > 0 ? [[path, terms.join(" ")] as const] : [];
    });
  assertKnown(found, KNOWN_FILES);
});

Deno.test("the documents hold no archaic phrases", () => {
  const found = [...DOCUMENTS, "CHANGELOG.md", "vcm.yaml.example"].flatMap((path) => {
    // What a program prints is tested where it is printed.
    const text = readDocument(path).replaceAll(/^```[^]*?^```$/gm, "").replaceAll(/\s+/g, " ");
    const phrases = PHRASES.filter((phrase) => text.includes(phrase));
    return phrases.length > 0 ? [`${path}: ${phrases.join(", ")}`] : [];
  });
  assert.deepEqual(found, []);
});

Deno.test(`an average sentence of each document has less than ${SENTENCE_WORDS} words`, () => {
  const found = DOCUMENTS.flatMap((path) => {
    const counts = sentences(readDocument(path)).map((words) => words.split(" ").length);
    const average = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    return average < SENTENCE_WORDS ? [] : [`${path}: ${average.toFixed(1)}`];
  });
  assert.deepEqual(found, []);
});

Deno.test("sentences() leaves out blocks of code, tables and headings", () => {
  const text =
    "# A b\n\nOne `x.y` two. See\n[c](d.md).\n\n- Three\n  four\n- Five.\n\n| a | b. |\n\n" +
    "```sh\nvcm run. Now\n```\n";
  assert.deepEqual(sentences(text), ["One CODE two", "See c", "Three four", "Five"]);
});

Deno.test("names of tests hold no private terms", async () => {
  const sources = (await filesBelow("tests")).filter((path) => path.endsWith(".ts"));
  const names = sources.flatMap((path) =>
    [...readDocument(path).matchAll(TEST_NAME)].map(([, plain, template]) =>
      plain ?? template ?? ""
    )
  );
  assert.ok(names.length > 2000, `only ${names.length} names found`);
  const found = names.filter((name) => TEST_PHRASES.test(name) || privateTerms(name).length > 0);
  assert.deepEqual(found, []);
});

Deno.test("privateTerms() finds a term in each spelling, and no other word", () => {
  const text =
    'const owedTo = DEBT_FILE; heirs_of(x); "a wish" /etc/tidy.d outdoors returns tidying';
  assert.deepEqual(privateTerms(text), ["owed", "debt", "heirs", "wish", "tidy"]);
});

Deno.test("withoutComments() leaves code, globs and addresses", () => {
  const text = '/** a\n * b */\nconst c = "/d/*"; // e\n  // f\ng("https://h"); /* i */';
  assert.equal(
    withoutComments(text).replaceAll(/\s+/g, " "),
    ' const c = "/d/*"; g("https://h"); /* i */',
  );
});

/** The sentences of a Markdown document, with one word for a piece of code or a list of such. */
function sentences(document: string): string[] {
  return document.replaceAll(/^ *```[^]*?^ *```$|^#+ .*$|^\|.*$|^!\[.*$/gm, "\n")
    .replaceAll(/`[^`]*`(?:(?:, | and |, and | or |, or |\s+)`[^`]*`)*/g, "CODE").replaceAll(
      /\]\([^)]*\)|\[|\*\*/g,
      "",
    )
    .split(/\n\s*\n|^ *(?:-|\d+\.) /m)
    .flatMap((paragraph) => paragraph.replaceAll(/\s+/g, " ").split(/[.!?] /))
    .map((sentence) => sentence.replaceAll(/^ +|[ .:]+$/g, ""))
    .filter((sentence) => /[a-z]/i.test(sentence));
}

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
}

/** Terms of a text, which may stand alone or as parts of `camelCase` and `SNAKE_CASE`. */
function privateTerms(text: string): string[] {
  const words = text.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z]+/);
  return [...new Set(words.filter((word) => TERM.test(word)))];
}

function assertKnown(
  found: readonly (readonly [path: string, words: string])[],
  known: ReadonlySet<string>,
): void {
  assert.deepEqual(found.filter(([path]) => !known.has(path)), [], "private words");
  const cured = [...known].filter((path) => found.every(([other]) => other !== path));
  assert.deepEqual(cured, [], "exceptions that are no longer needed");
}
