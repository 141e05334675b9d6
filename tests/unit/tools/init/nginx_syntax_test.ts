import assert from "node:assert/strict";
import type { Directive } from "../../../../lib/tools/init/directives.ts";
import { parseNginx } from "../../../../lib/tools/init/nginx_syntax.ts";
import { pureTest } from "../../../support/pure_test.ts";

/** A tree in short: `name(args){block}`. */
function short(directives: readonly Directive[]): string {
  return directives.map(({ name, args, block }) =>
    `${name}(${args.join("|")})${block === undefined ? "" : `{${short(block)}}`}`
  ).join(" ");
}

const CASES: readonly (readonly [string, string, string])[] = [
  ["directives and blocks", "a b c; d { e f; } g;", "a(b|c) d(){e(f)} g()"],
  ["blanks and lines do not count", "a\n\tb\r\n  c\n;", "a(b|c)"],
  ["comments begin where a word could", "a b#c; # d;\n# e {\nf;", "a(b#c) f()"],
  ["quotes hold blanks and marks", `a "b ; {" 'c } #';`, "a(b ; {|c } #)"],
  ["a backslash takes a quote", `a "b\\"c" d\\;`, `a(b"c|d\\;)`],
  ["a variable in braces is no block", "a /x/${name}.crt;", "a(/x/${name}.crt)"],
  [
    "Lua has braces of its own",
    "content_by_lua_block { if x { y } } a b;",
    "content_by_lua_block() a(b)",
  ],
  ["nothing", "  # nothing\n", ""],
];

for (const [name, text, tree] of CASES) {
  pureTest(`nginx: ${name}`, () => {
    // An escaped ";" is a word's, so that this directive ends with the next.
    assert.equal(short(parseNginx(text.replace(/\\;$/, "\\; ;"), "/f")), tree);
  });
}

pureTest("nginx: a directive has the line on which it begins", () => {
  const [, server] = parseNginx("a;\nserver {\n\n  b\n    c;\n}\n", "/f");
  assert.deepEqual([server?.at, server?.block?.[0]?.at], ["/f:2", "/f:4"]);
});

pureTest("nginx: an invalid configuration is refused, with its line and without its text", () => {
  const cases = [
    ["a;\nsecret b", 'line 2: expected ";" or "{" at the end of the directive'],
    ["a {\n b; ", 'line 1: "{" is not closed'],
    ["a;\n}", 'line 2: unexpected "}"'],
    ["a { b }", 'line 1: expected ";" or "{" at the end of the directive'],
    ['a "b\nc;', 'line 1: " is not closed'],
  ] as const;
  for (const [text, message] of cases) {
    assert.throws(() => parseNginx(text, "/f"), { message }, text);
  }
});
