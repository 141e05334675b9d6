import assert from "node:assert/strict";
import { escapeFormat, printable, quote } from "../../../lib/text/quote.ts";
import { pureTest } from "../../support/pure_test.ts";

/** Every format control character that the runtime knows, and the two line separators. */
function formats(): string[] {
  const pattern = new RegExp("[\\p{Cf}\\u2028\\u2029]", "u");
  return Array.from({ length: 0x110000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((text) => pattern.test(text));
}

pureTest("printable() and escapeFormat() leave no format control character", () => {
  const all = formats();
  assert.ok(all.length > 150);
  for (const text of all) {
    const code = text.codePointAt(0)?.toString(16);
    assert.equal(printable(`a${text}b`), "a\ufffdb", code);
    assert.match(escapeFormat(`a${text}b`), /^a(?:\\u[0-9a-f]{4}){1,2}b$/, code);
    assert.equal(JSON.parse(escapeFormat(JSON.stringify(text))), text);
  }
});

pureTest("printable() and escapeFormat() leave letters of all scripts, emoji and colors", () => {
  for (const text of ["Straße", "例え", "ا", "नि", "💩", "–", "\ufe0f"]) {
    assert.equal(printable(text), text);
    assert.equal(escapeFormat(text), text);
  }
  assert.equal(escapeFormat("\x1b[32mok\x1b[0m\r\n\t"), "\x1b[32mok\x1b[0m\r\n\t");
});

pureTest("quote() shows which format control character there is", () => {
  assert.equal(quote("web\u202egpj.exe"), '"web\\u202egpj.exe"');
  assert.equal(quote("a\x9bb\u{e0041}"), '"a\ufffdb\\udb40\\udc41"');
});
