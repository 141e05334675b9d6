import assert from "node:assert/strict";
import { GroupedLines } from "../../../lib/command/grouped_lines.ts";
import { pureTest } from "../../support/pure_test.ts";

function grouped(expected: Readonly<Record<string, number>>) {
  const printed: string[] = [];
  const lines = new GroupedLines(new Map(Object.entries(expected)), (text) => printed.push(text));
  return { lines, text: () => printed.join("") };
}

pureTest("lines of certificates that are worked on together stand below their names", () => {
  const { lines, text } = grouped({ a: 2, b: 2 });
  lines.say("info", "a: issued");
  assert.equal(text(), "a\n  issued\n");
  lines.say("info", "b: issued");
  lines.say("warning", "b: its lifetime was cut");
  lines.say("info", "a: deployed /a");
  lines.say("info", "b: deployed /b");
  lines.say("info", "nginx.service: reload done");
  assert.equal(
    text(),
    "a\n  issued\n  deployed /a\nb\n  issued\n  warning: its lifetime was cut\n  deployed /b\n" +
      "nginx.service: reload done\n",
  );
});

pureTest("a certificate that failed keeps no other one waiting, and no line is lost", () => {
  const { lines, text } = grouped({ a: 3, b: 3, c: 3 });
  lines.say("info", "a: issued");
  lines.say("info", "b: issued");
  lines.say("info", "c: issued");
  lines.say("error", "a: deploy failed: no space");
  assert.equal(text(), "a\n  issued\n  error: deploy failed: no space\nb\n  issued\n");
  lines.flush();
  assert.ok(text().endsWith("c\n  issued\n"));
  lines.say("error", "Cannot write the log file");
  assert.ok(text().endsWith("\nerror: Cannot write the log file\n"));
});
