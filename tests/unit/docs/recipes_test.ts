/** The recipes of CONTRIBUTING.md are held to the sources; tests/long/recipes.ts runs them. */
import assert from "node:assert/strict";
import { applyDiff, readRecipes } from "../../support/recipes.ts";
import { readDocument } from "./documents.ts";

const RECIPES = readRecipes(readDocument("CONTRIBUTING.md"));

Deno.test("CONTRIBUTING.md has a recipe for each usual change, with the tests to run", () => {
  assert.deepEqual(RECIPES.map(({ title }) => title), [
    "Add a key",
    "Add a command",
    "Add a check of due-ness",
    "Add a service manager",
    "Add a target format",
  ]);
  for (const { title, commands } of RECIPES) {
    assert.ok(commands.some((command) => command.startsWith("deno test ")), title);
  }
});

Deno.test("the diff of each recipe fits the sources, and adds a test", () => {
  for (const { title, diff } of RECIPES) {
    const changed = applyDiff(diff, readSource);
    assert.ok(changed.size >= 2, title);
    for (const [path, text] of changed) assert.notEqual(text, readSource(path), path);
    assert.ok([...changed.keys()].some((path) => path.endsWith("_test.ts")), title);
  }
});

Deno.test("CONTRIBUTING.md can be read in ten minutes", () => {
  // People read 200 words of a manual in a minute.
  const words = readDocument("CONTRIBUTING.md").split(/\s+/).length;
  assert.ok(words <= 2_000, `${words} words`);
});

const DIFF = "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a\n+$& b\n c\n@@ -8,2 +9,2 @@\n\n-d\n+e\n";
const NEW = "--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n";

Deno.test("applyDiff() changes each place, and a blank line needs no mark", () => {
  const changed = applyDiff(DIFF, () => "a\nc\n\nd\n");
  assert.deepEqual([...changed], [["x", "a\n$& b\nc\n\ne\n"]]);
});

Deno.test("applyDiff() makes a file", () => {
  assert.deepEqual([...applyDiff(NEW, () => undefined)], [["x", "a\nb\n"]]);
  assert.throws(() => applyDiff(NEW, () => ""), /^Error: "x" exists already$/);
});

Deno.test("applyDiff() refuses what fits nowhere or twice", () => {
  assert.throws(() => applyDiff(DIFF, () => "a\nb\nc\n"), /stands in "x" 0 times/);
  assert.throws(() => applyDiff(DIFF, () => "a\nc\na\nc\n\nd\n"), /stands in "x" 2 times/);
  assert.throws(() => applyDiff(DIFF, () => undefined), /stands in "x" 0 times/);
});

Deno.test("applyDiff() refuses a diff that git calls corrupt", () => {
  const cut = DIFF.replace("8,2 +9,2", "8,3 +9,3");
  assert.throws(() => applyDiff(cut, () => "a\nc\n\nd\n"), /"@@ -8,3 .* does not fit its 2 lines/);
  assert.throws(() => applyDiff(NEW.replace("+b\n", ""), () => undefined), /fit its 1 lines/);
});

function readSource(path: string): string | undefined {
  try {
    return readDocument(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
