/** Texts as a person reads them on a terminal: lines end between words, and serials are short. */

/** What colors a text. */
// deno-lint-ignore no-control-regex -- the escapes of paint.ts are what it looks for
const COLORS = /\x1b\[[\d;]*m/g;

/** Characters that may take two columns: those of East Asia, and symbols but arrows and bars. */
const WIDE = /[\u1100-\u200f\u2300-\u24ff\u25a0-\ud7ff\ue000-\uffff]/g;

/** Lines that are indented as far as this are there to be copied. */
const COPIED = / {9}/y;

/**
 * Breaks lines that are wider than the terminal. A line continues below its text: behind a word in a
 * column of its own if there is one, otherwise two columns further in. A command in quotes stays whole.
 */
export function wrapText(text: string, columns: number): string {
  return text.split("\n").map((line) => wrapLine(line, columns)).join("\n");
}

function wrapLine(line: string, columns: number): string {
  COPIED.lastIndex = 0;
  if (COPIED.test(line) || mostColumns(line) <= columns) return line;
  const [, space = "", label = ""] = /^( *)(\S+ {2,})?/.exec(line) ?? [];
  const aligned = mostColumns(space + label);
  const indent = label !== "" && aligned * 3 <= columns ? aligned : space.length + 2;
  const lines: string[] = [];
  let current = space + label;
  let isEmpty = true;
  // A text in quotes is one word.
  for (const word of line.slice(current.length).match(/(?:"[^"]*"|[^\s"]|")+/g) ?? []) {
    const longer = isEmpty ? current + word : `${current} ${word}`;
    if (!isEmpty && mostColumns(longer) > columns) {
      lines.push(current);
      current = " ".repeat(indent) + word;
    } else current = longer;
    isEmpty = false;
  }
  // The cursor stays behind a question.
  return [...lines, line.endsWith(" ") ? `${current} ` : current].join("\n");
}

/**
 * The columns that a text takes at most. The package that knows them takes 24 ms to load, which each
 * command on a terminal would pay for.
 */
function mostColumns(text: string): number {
  const shown = text.replace(COLORS, "");
  return shown.length + (shown.match(WIDE)?.length ?? 0);
}

/** A serial number by its last two bytes, which are enough to tell certificates of a host apart. */
export function shortenSerials(text: string): string {
  return text.replace(/(\bserial )(?:[0-9a-f]{2}:){3,}([0-9a-f]{2}:[0-9a-f]{2})\b/gi, "$1…$2");
}
