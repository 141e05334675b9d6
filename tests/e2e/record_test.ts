/** The picture in README.md shows what the program prints today. */
import { PICTURE, record } from "../../scripts/record.ts";
import { joinPieces } from "../../scripts/record/lines_on_screen.ts";
import { readScreen } from "../support/read_screen.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";

const test = await testsNeeding("machine", "nginx");

/** What is another one each time. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d/g, "DAY"],
  [/(?<!:)\b\d\d:\d\d(?: UTC|$)/g, "TIME"],
  [/(?:[0-9a-f]{2}:){19}[0-9a-f]{2}/g, "SERIAL"],
  [/…[0-9a-f]{2}:[0-9a-f]{2}/g, "…SERIAL"],
];

/** Lines with their colours; sorted, since certificates are issued at the same time. */
function shownIn(svg: string): string[] {
  return readScreen(svg)
    .map((line) =>
      joinPieces(line.flat()).map(({ text, look }) => `${look}|${mask(text)}`).join("")
    )
    .toSorted();
}

function mask(text: string): string {
  return MASKS.reduce((masked, [pattern, word]) => masked.replaceAll(pattern, word), text);
}

test("docs/screen.svg is what a terminal shows of today's program", async () => {
  assert.deepEqual(
    shownIn(await record(await compiledVcm())),
    shownIn(await Deno.readTextFile(PICTURE)),
    'docs/screen.svg shows another program; run "deno task record" as root to make it anew',
  );
});
