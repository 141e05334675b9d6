import assert from "node:assert/strict";
import { escapeRoff, macro, tagged } from "../../../../lib/tools/shell/man_page.ts";
import { pureTest } from "../../../support/pure_test.ts";

pureTest("escapeRoff() lets each character stand for itself", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["plain text", "plain text"],
    ["--dry-run", "\\-\\-dry\\-run"],
    ["a\\b", "a\\eb"],
    [".vault-token", "\\&.vault\\-token"],
    ["'quoted'", "\\(aqquoted\\(aq"],
    ['say "hi"', "say \\(dqhi\\(dq"],
    ["`x` ^ ~/y", "\\(gax\\(ga \\(ha \\(ti/y"],
    ["in.the.middle", "in.the.middle"],
    ["", ""],
  ];
  for (const [text, roff] of cases) assert.equal(escapeRoff(text), roff);
});

pureTest("macro() quotes its arguments", () => {
  assert.equal(macro("B", 'vcm "x" -y'), '.B "vcm \\(dqx\\(dq \\-y"');
  assert.equal(macro("TH", "VCM", "8", ""), '.TH "VCM" "8" ""');
});

pureTest("tagged() is a paragraph with a bold tag", () => {
  assert.deepEqual(tagged("--all", ".and text"), [".TP", '.B "\\-\\-all"', "\\&.and text"]);
});
