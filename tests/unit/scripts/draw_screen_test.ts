import assert from "node:assert/strict";
import { drawScreen } from "../../../scripts/record/draw_screen.ts";
import { linesOnScreen } from "../../../scripts/record/lines_on_screen.ts";
import { readScreen } from "../../support/read_screen.ts";

const LINES = linesOnScreen("\x1b[32mup  ██▒ <&>\x1b[0m now\r\n\r\n  long line", 8);

Deno.test("each line is one text, with a place for each of its rows and bars", () => {
  const texts = drawScreen(LINES, 8, "Some").split("\n").filter((text) =>
    text.startsWith("<text>")
  );
  assert.deepEqual(texts, [
    '<text><tspan x="16" y="50" textLength="33.6" class="green">up  </tspan>' +
    '<tspan x="49.6" y="50" textLength="25.2" lengthAdjust="spacingAndGlyphs" class="green">██▒' +
    '</tspan><tspan x="74.8" y="50" textLength="8.4" class="green"> </tspan>' +
    '<tspan x="16" y="70" textLength="25.2" class="green">&lt;&amp;&gt;</tspan>' +
    '<tspan x="41.2" y="70" textLength="33.6"> now</tspan></text>',
    "<text></text>",
    '<text><tspan x="16" y="110" textLength="67.2">  long l</tspan>' +
    '<tspan x="16" y="130" textLength="25.2">ine</tspan></text>',
  ]);
});

Deno.test("the frame has room for all rows, and words for who cannot see it", () => {
  const drawn = drawScreen(LINES, 8, 'An "odd" <one>');
  assert.match(drawn, /^<svg [^>]*viewBox="0 0 99\.2 152" width="99\.2" height="152" role="img"/);
  assert.match(drawn, /\n<desc id="description">An "odd" &lt;one&gt;<\/desc>\n/);
});

Deno.test("what is drawn is read again as it was", () => {
  assert.deepEqual(readScreen(drawScreen(LINES, 8, "Some")), LINES);
});
