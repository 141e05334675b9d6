import assert from "node:assert/strict";
import { lineDiff } from "../../../../lib/tools/install/line_diff.ts";
import { pureTest } from "../../../support/pure_test.ts";

pureTest("lineDiff() keeps what both have, and puts what is gone before what is new", () => {
  assert.deepEqual(lineDiff("a\nb\nc\n", "a\nx\nc\nd\n"), [" a", "-b", "+x", " c", "+d"]);
});

pureTest("lineDiff() tells nothing of equal texts, and everything of others", () => {
  assert.deepEqual(lineDiff("a\n\n", "a\n\n"), [" a", " "]);
  assert.deepEqual(lineDiff("", "a\n"), ["+a"]);
  assert.deepEqual(lineDiff("a\n", ""), ["-a"]);
  assert.deepEqual(lineDiff("", ""), []);
});

pureTest("lineDiff() finds the longest part that both have", () => {
  assert.deepEqual(lineDiff("x\na\nb\nc\n", "a\nb\nc\nx\n"), ["-x", " a", " b", " c", "+x"]);
});

pureTest("lineDiff() gives both texts back", () => {
  const texts = ["a\nb\na\nb\n", "b\na\n", "c\n", "a\nc\nb\nc\na\n", ""];
  for (const before of texts) {
    for (const after of texts) {
      const diff = lineDiff(before, after);
      const side = (sign: string) =>
        diff.filter((line) => " " === line[0] || sign === line[0])
          .map((line) => `${line.slice(1)}\n`).join("");
      assert.deepEqual([side("-"), side("+")], [before, after]);
    }
  }
});
