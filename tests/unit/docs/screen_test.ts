import assert from "node:assert/strict";
import { parseArguments } from "../../../lib/command/parse_arguments.ts";
import { COLUMNS, DESCRIPTION } from "../../../scripts/record.ts";
import { drawScreen } from "../../../scripts/record/draw_screen.ts";
import { readScreen } from "../../support/read_screen.ts";
import { readDocument } from "./documents.ts";

const SVG = readDocument("docs/screen.svg");

Deno.test("docs/screen.svg is well-formed, and drawn as the task draws", () => {
  const same = drawScreen(readScreen(SVG), COLUMNS, DESCRIPTION) === SVG;
  assert.ok(same, 'docs/screen.svg is drawn otherwise; run "deno task record" to make it anew');
});

Deno.test("docs/screen.svg shows command lines that vcm knows", () => {
  const texts = readScreen(SVG).map((line) => line.flat().map(({ text }) => text).join(""));
  const typed = texts.flatMap((text) => /^\$ (.*)$/.exec(text)?.[1] ?? []);
  assert.deepEqual(typed, ["vcm plan", "vcm run", "vcm status"]);
  for (const line of typed) parseArguments(line.split(" ").slice(1));
});

Deno.test("docs/screen.svg is low enough for one screen, and no line of it is cut", () => {
  const lines = readScreen(SVG);
  assert.ok(lines.length <= 40, `${lines.length} lines`);
  assert.deepEqual(lines.filter((rows) => rows.length > 1), []);
});

Deno.test("docs/screen.svg is small, runs nothing and fetches nothing", () => {
  assert.ok(SVG.length < 60_000, `${SVG.length} characters`);
  assert.doesNotMatch(SVG, /<script|<image|<foreignObject|href=|url\(|@import|\son[a-z]+=/i);
});

Deno.test("README.md shows docs/screen.svg above all else, and says what is to be seen", () => {
  const [beginning = ""] = readDocument("README.md").split("```", 1);
  const [, alternative] = /^!\[([^\]]+)\]\(docs\/screen\.svg\)$/m.exec(beginning) ?? [];
  assert.equal(alternative?.replaceAll("\n", " "), DESCRIPTION);
});
