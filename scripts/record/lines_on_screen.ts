/** What a terminal shows of what a program wrote to it. */

/** Text that looks the same throughout. */
export interface Piece {
  readonly text: string;
  /** What is switched on, in the order in which it was: `bold green`; empty for plain text. */
  readonly look: string;
}

export type Row = readonly Piece[];

/** What was written up to a line end; several rows where it is longer than the screen is wide. */
export type Line = readonly Row[];

/** Select Graphic Rendition (ECMA-48, 8.3.117), as far as VCM uses it; 0 switches all off. */
const LOOKS: ReadonlyMap<string, string> = new Map([
  ["1", "bold"],
  ["31", "red"],
  ["32", "green"],
  ["33", "yellow"],
]);

// deno-lint-ignore no-control-regex
const TOKEN = /\x1b\[(?<codes>[\d;]*)m|\r\n|[^\x00-\x1f\x7f-\x9f]/uy;

/**
 * Breaks text into lines, and these between words into rows of so many columns; each sign takes one
 * of them. Throws Error on what moves about on the screen, which this cannot show.
 */
export function linesOnScreen(written: string, columns: number): Line[] {
  const lines: Piece[][] = [[]];
  let look = "";
  TOKEN.lastIndex = 0;
  for (let at = 0; at < written.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(written);
    if (match === null) throw new Error(unknownText(written.slice(at, at + 20)));
    const [token] = match;
    const codes = match.groups?.codes;
    if (codes !== undefined) look = lookAfter(look, codes);
    else if (token === "\r\n") lines.push([]);
    else lines.at(-1)?.push({ text: token, look });
  }
  if (lines.at(-1)?.length === 0) lines.pop();
  return lines.map((signs) => rowsOf(signs, columns));
}

function unknownText(got: string): string {
  return `Cannot draw: expected text, colours and line ends, got ${JSON.stringify(got)}`;
}

function lookAfter(look: string, codes: string): string {
  return codes.split(";").reduce((before, code) => {
    if (code === "0" || code === "") return "";
    const added = LOOKS.get(code);
    if (added === undefined) throw new Error(unknownText(`\x1b[${codes}m`));
    return `${before} ${added}`.trim();
  }, look);
}

function rowsOf(signs: readonly Piece[], columns: number): Row[] {
  const rows: Row[] = [];
  let at = 0;
  do {
    const end = at + columns < signs.length ? endOfRow(signs, at, at + columns) : signs.length;
    rows.push(joinPieces(signs.slice(at, end)));
    at = end;
  } while (at < signs.length);
  return rows;
}

/** A terminal would cut a word here, which nobody could read. */
function endOfRow(signs: readonly Piece[], from: number, to: number): number {
  for (let end = to; end > from; end--) if (signs[end - 1]?.text === " ") return end;
  return to;
}

/** Makes one piece of neighbours that look the same. */
export function joinPieces(pieces: readonly Piece[]): Row {
  const joined: Piece[] = [];
  for (const { text, look } of pieces) {
    const last = joined.at(-1);
    if (last?.look === look) joined[joined.length - 1] = { text: last.text + text, look };
    else joined.push({ text, look });
  }
  return joined;
}
