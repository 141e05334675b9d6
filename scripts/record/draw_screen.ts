/** A terminal with text in it, as an SVG: text that can be searched and copied, and no script. */
import type { Line, Piece } from "./lines_on_screen.ts";

const FONT_SIZE = 14;
/** Most monospaced fonts are this wide; `textLength` makes the others so. */
const CELL = FONT_SIZE * 0.6;
const ROW = 20;
const SIDE = 16;
/** The frame's upper edge, with its dots. */
const TOP = 36;

// The colours of GitHub's pages, by whose contrast they are chosen: 4.5 and more.
const STYLE = `
text { font: ${FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", \
"Liberation Mono", monospace; white-space: pre; fill: #1f2328; }
.frame { fill: #f6f8fa; stroke: #d1d9e0; }
.dot { fill: #afb8c1; }
.bold { font-weight: bold; }
.red { fill: #cf222e; }
.green { fill: #1a7f37; }
.yellow { fill: #9a6700; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.frame { fill: #161b22; stroke: #3d444d; }
.dot { fill: #656c76; }
.red { fill: #ff7b72; }
.green { fill: #56d364; }
.yellow { fill: #e3b341; }
}
`;

/** Signs that have to touch each other, and that some fonts take from another one. */
const BARS = /([█▒░]+)/;

/**
 * @param columns Of the terminal.
 * @param description What it shows, for who cannot see it.
 */
export function drawScreen(lines: readonly Line[], columns: number, description: string): string {
  const width = Number(inPixels(columns * CELL + 2 * SIDE));
  const height = TOP + lines.flat().length * ROW + SIDE;
  const texts: string[] = [];
  let row = 0;
  for (const line of lines) {
    texts.push(drawLine(line, TOP + row * ROW));
    row += line.length;
  }
  const dots = [0, 1, 2].map((number) =>
    `<circle class="dot" cx="${SIDE + 6 + number * 18}" cy="18" r="5"/>`
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
    `height="${height}" role="img" aria-labelledby="title description">`,
    '<title id="title">vcm at work</title>',
    `<desc id="description">${escapeXml(description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="frame" x="1" y="1" width="${width - 2}" height="${height - 2}" rx="8"/>`,
    ...dots,
    // Some programs keep spaces by this, browsers by the style.
    '<g xml:space="preserve">',
    ...texts,
    "</g>",
    "</svg>",
  ].join("\n") + "\n";
}

/** One element a line, however many rows it takes, so that it is found and copied as one. */
function drawLine(line: Line, top: number): string {
  const rows = line.map((row, number) => {
    const y = top + number * ROW + FONT_SIZE;
    let column = 0;
    return row.flatMap(splitBars).map((piece) => {
      const drawn = drawPiece(piece, column, y);
      column += piece.text.length;
      return drawn;
    }).join("");
  });
  return `<text>${rows.join("")}</text>`;
}

function splitBars({ text, look }: Piece): Piece[] {
  return text.split(BARS).filter((part) => part !== "").map((part) => ({ text: part, look }));
}

function drawPiece({ text, look }: Piece, column: number, y: number): string {
  const attributes = [
    `x="${inPixels(SIDE + column * CELL)}" y="${y}" textLength="${inPixels(text.length * CELL)}"`,
    ...(BARS.test(text) ? ['lengthAdjust="spacingAndGlyphs"'] : []),
    ...(look === "" ? [] : [`class="${look}"`]),
  ];
  return `<tspan ${attributes.join(" ")}>${escapeXml(text)}</tspan>`;
}

function inPixels(length: number): string {
  return String(Number(length.toFixed(1)));
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
