import assert from "node:assert/strict";
import stringWidth from "string-width";
import { shortenSerials, wrapText } from "../../../lib/report/wrap.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("wrapText() ends lines between words, and continues below the text", () => {
  assert.equal(
    wrapText("problem  login: the server does not accept this token\nok       a: fine\n", 40),
    "problem  login: the server does not\n         accept this token\nok       a: fine\n",
  );
  assert.equal(
    wrapText("web.example.com: it expires in 18d and more", 30),
    "web.example.com: it expires in\n  18d and more",
  );
  assert.equal(
    wrapText("  deploy   /etc/ssl/web.crt: until 2026-12-07 -> 2027-02-26", 45),
    "  deploy   /etc/ssl/web.crt: until 2026-12-07\n           -> 2027-02-26",
  );
});

pureTest("wrapText() breaks no command in quotes, no line to copy, and no long word", () => {
  const command = '"chmod 640 /etc/ssl/private/web.key"';
  assert.equal(wrapText(`run it: ${command} now`, 30), `run it:\n  ${command}\n  now`);
  const copied = `         ${"vcm doctor ".repeat(9)}`;
  assert.equal(wrapText(copied, 30), copied);
  assert.equal(wrapText("x".repeat(50), 30), "x".repeat(50));
});

pureTest("wrapText() counts columns, neither characters nor colors, and loses nothing", () => {
  const text =
    "\x1b[31mproblem\x1b[0m  日本語の名前.example.com: 日本語の名前 日本語の名前 日本語の名前";
  const wrapped = wrapText(text, 40);
  for (const line of wrapped.split("\n")) assert.ok(stringWidth(line) <= 40, line);
  assert.equal(wrapped.replace(/\n +/g, " ").replace(/ +/g, " "), text.replace(/ +/g, " "));
});

pureTest("shortenSerials() keeps the last bytes of a long serial number only", () => {
  assert.equal(shortenSerials("serial 0b:ce:fe:50:b7:51, until"), "serial …b7:51, until");
  for (const text of ["serial 0a:1b", "address 0b:ce:fe:50:b7:51"]) {
    assert.equal(shortenSerials(text), text);
  }
});
