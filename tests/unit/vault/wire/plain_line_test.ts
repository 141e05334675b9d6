import assert from "node:assert/strict";
import { plainLine } from "../../../../lib/vault/wire/answer.ts";
import { pureTest } from "../../../support/pure_test.ts";

/** Texts, and what is left of them. */
const LINES: readonly [string, string][] = [
  ["permission denied", "permission denied"],
  ["über – größer: 日本語 🙂", "über – größer: 日本語 🙂"],
  ["", ""],
  [" \t\n ", ""],
  ["1 error occurred:\n\t* permission denied\n\n", "1 error occurred: * permission denied"],
  ["a\r\nb\u2028c\u2029d\u0085e\vf", "a b c de f"],
  ["a   b\u00a0c", "a b c"],
  ["\x1b[31mred\x1b[0m", "[31mred[0m"],
  ["\x1b]0;title\x07text", "]0;titletext"],
  ["a\x00b\bc\x7fd", "abcd"],
  ["\x9b31mC1 \x90control\x9c", "31mC1 control"],
  ["user\u202etxt.exe\u202c", "usertxt.exe"],
  ["\u2066a\u2067b\u2068c\u2069\u200ed\u200fe\u061cf", "abcdef"],
  ["\u202aa\u202bb\u202dc", "abc"],
];

pureTest("plainLine() leaves one line without control characters and marks of direction", () => {
  for (const [text, expected] of LINES) {
    assert.equal(plainLine(text, []), expected, JSON.stringify(text));
  }
});

pureTest("plainLine() removes each control character and direction mark", () => {
  const codes = [
    ...Array.from({ length: 0x20 }, (_, at) => at),
    ...Array.from({ length: 0x21 }, (_, at) => 0x7f + at),
    ...[0x061c, 0x200e, 0x200f],
    ...Array.from({ length: 5 }, (_, at) => 0x202a + at),
    ...Array.from({ length: 4 }, (_, at) => 0x2066 + at),
  ];
  for (const code of codes) {
    const mark = String.fromCodePoint(code);
    assert.match(plainLine(`a${mark}b`, []), /^a ?b$/, code.toString(16));
  }
});

pureTest("plainLine() cuts what is longer than 500 characters", () => {
  assert.equal(plainLine("x".repeat(500), []), "x".repeat(500));
  assert.equal(plainLine("x".repeat(501), []), "x".repeat(500));
  assert.equal(plainLine(`\x1b${"\n".repeat(9)}${"x".repeat(600)}`, []), "x".repeat(500));
});

pureTest("plainLine() removes secrets, wherever and however often they occur", () => {
  const secrets = ["s.token", "secret-id"];
  assert.equal(
    plainLine("s.token: denied for s.token", secrets),
    "[redacted]: denied for [redacted]",
  );
  assert.equal(plainLine("(secret-ids.token)", secrets), "([redacted][redacted])");
  assert.equal(plainLine("$& $1", ["$&"]), "[redacted] $1");
});

pureTest("plainLine() removes a secret before it cuts", () => {
  const text = `${"x".repeat(495)}s.token`;
  assert.equal(plainLine(text, ["s.token"]), `${"x".repeat(495)}[reda`);
});

pureTest("plainLine() ignores an empty secret, such as a token not received yet", () => {
  assert.equal(plainLine("permission denied", ["", "s.token"]), "permission denied");
});

pureTest("plainLine() removes a secret that is not a plain line itself", () => {
  assert.equal(plainLine("no a  b c", ["a  b c"]), "no [redacted]");
  assert.equal(plainLine(" se\u200bcret ", [" se\u200bcret "]), "[redacted]");
});

pureTest("plainLine() leaves nothing of a secret of which another one is a part", () => {
  assert.equal(
    plainLine("role-1-secret role-1", ["role-1", "role-1-secret"]),
    "[redacted] [redacted]",
  );
});
