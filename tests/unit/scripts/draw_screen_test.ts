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
    '<text><tspan x="16" y="110" textLength="58.8">  long </tspan>' +
    '<tspan x="16" y="130" textLength="33.6">line</tspan></text>',
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

Deno.test("each color is legible on the frame, in the light and in the dark mode", () => {
  const [light = "", dark = ""] = drawScreen(LINES, 8, "Some").split("@media");
  for (const style of [light, dark]) {
    const color = (name: string) =>
      new RegExp(`${name} \\{[^}]*fill: (#[0-9a-f]{6})`).exec(style)?.[1] ?? "";
    for (const name of ["text", ".red", ".green", ".yellow"]) {
      // WCAG 2.2, 1.4.3: at least 4.5 to 1.
      assert.ok(contrast(color(name), color(".frame")) >= 4.5, `${name} ${color(name)}`);
    }
  }
});

/** Contrast ratio of two colors by WCAG 2.2. */
function contrast(one: string, other: string): number {
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
