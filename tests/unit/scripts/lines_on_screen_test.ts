import assert from "node:assert/strict";
import { linesOnScreen } from "../../../scripts/record/lines_on_screen.ts";

Deno.test("colours last until they are switched off, also over a line's end", () => {
  assert.deepEqual(
    linesOnScreen("a\x1b[1mb\x1b[31mc\x1b[0md\r\n\r\n\x1b[32mfine\r\nok\x1b[m", 80),
    [
      [[
        { text: "a", look: "" },
        { text: "b", look: "bold" },
        { text: "c", look: "bold red" },
        { text: "d", look: "" },
      ]],
      [[]],
      [[{ text: "fine", look: "green" }]],
      [[{ text: "ok", look: "green" }]],
    ],
  );
});

Deno.test("a line that is longer than the width of the screen needs several rows, and no word is cut that fits", () => {
  const plain = (text: string) => [{ text, look: "" }];
  assert.deepEqual(linesOnScreen("12345678\r\n1234\r\n", 4), [
    [plain("1234"), plain("5678")],
    [plain("1234")],
  ]);
  assert.deepEqual(linesOnScreen("a bc def\r\n", 4), [[plain("a "), plain("bc "), plain("def")]]);
  assert.deepEqual(linesOnScreen("123\x1b[33m45\r\n", 4), [
    [[{ text: "123", look: "" }, { text: "4", look: "yellow" }], [{ text: "5", look: "yellow" }]],
  ]);
});

Deno.test("what it cannot show is refused", () => {
  const refused: readonly (readonly [string, string])[] = [
    ["a\r\x1b[2Kb", "\\r\\u001b[2Kb"],
    ["a\tb", "\\tb"],
    ["\x1b[36mb", "\\u001b[36m"],
  ];
  for (const [written, got] of refused) {
    assert.throws(() => linesOnScreen(written, 80), {
      message: `Cannot draw: expected text, colours and line ends, got "${got}"`,
    });
  }
});
