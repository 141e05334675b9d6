/** `vcm status`: a table of certificates, then a line for each thing that is not in order. */
import stringWidth from "string-width";
import type { Validity } from "../certificate/renewal.ts";
import type { Plan } from "../plan/types.ts";
import { checkDetails, checkHeadline } from "./check_text.ts";
import { count, type Paint } from "./paint.ts";
import { escapeFormat, printable } from "../text/quote.ts";
import { type Rank, type StatusRow, statusRows } from "./status_rows.ts";

/** What the terminal can show. */
export interface Screen {
  readonly paint: Paint;
  /** Columns of the terminal; absent: nothing is cut. */
  readonly columns?: number | undefined;
  /** ASCII characters only. */
  readonly ascii: boolean;
}

interface Column {
  readonly title: string;
  readonly side: "left" | "right";
  readonly text: (row: StatusRow) => string;
}

const NAME: Column = { title: "NAME", side: "left", text: ({ name }) => escapeFormat(name) };
const ISSUER: Column = { title: "ISSUER", side: "left", text: ({ issuer }) => issuer };
const LEFT: Column = { title: "LEFT", side: "right", text: ({ left }) => left };
const LIFETIME: Column = { title: "LIFETIME", side: "left", text: () => "" };
const FILES: Column = { title: "FILES", side: "left", text: ({ files }) => files };
const SERVICES: Column = { title: "SVC", side: "left", text: ({ services }) => services };
const RENEWAL: Column = { title: "RENEWAL", side: "left", text: ({ renewal }) => renewal };
const COLUMNS: readonly Column[] = [NAME, ISSUER, LEFT, LIFETIME, FILES, SERVICES, RENEWAL];

/** The characters of a bar. */
interface BarSigns {
  readonly past: string;
  readonly ahead: string;
  readonly window: string;
}

const UNICODE_BAR: BarSigns = { past: "█", ahead: "░", window: "▒" };
const ASCII_BAR: BarSigns = { past: "#", ahead: "-", window: "=" };

/** Which columns shrink on a narrow terminal, in this order, and to what width. */
const CUTS = [[NAME, 28], [ISSUER, 12], [NAME, 16], [ISSUER, 8], [NAME, 4]] as const;
/** Columns are omitted before these are narrower. */
const CUT_TO: ReadonlyMap<Column, number> = new Map([[NAME, 16], [ISSUER, 8]]);
/** Which columns a terminal does without that is narrower still, in this order. */
const OMITTED = [LIFETIME, ISSUER, RENEWAL, FILES, SERVICES];

/** Characters of a bar. */
const [LEAST_BAR, MOST_BAR] = [10, 30];

const COLORS: Readonly<Record<Rank, keyof Paint | undefined>> = {
  broken: "bad",
  unknown: "bad",
  due: "warn",
  waits: undefined,
  fine: "good",
};

/** @param orphans Sets in the store that the configuration does not name. */
export function statusText(
  plan: Plan,
  screen: Screen,
  orphans: readonly string[] = [],
): string {
  const rows = statusRows(plan);
  const details = checkDetails(plan, false);
  return [
    checkHeadline(plan, screen.paint),
    ...(rows.length > 0 ? ["", ...tableLines(rows, plan.at, screen)] : []),
    ...(details.length > 0 ? ["", ...details] : []),
    ...(orphans.length > 0 ? ["", orphansLine(orphans)] : []),
  ].join("\n") + "\n";
}

/** A store that many files share can hold many. */
const MOST_ORPHANS = 10;

function orphansLine(orphans: readonly string[]): string {
  const shown = orphans.slice(0, MOST_ORPHANS).map(printable).join(", ");
  const more = orphans.length - MOST_ORPHANS;
  return `${count(orphans.length, "set")} in the store ${
    orphans.length === 1 ? "is" : "are"
  } not ` +
    `in this configuration: ${shown}${more > 0 ? ` and ${more} more` : ""} ` +
    "(another file may own them; to archive them: vcm prune NAME)";
}

function legend({ ascii }: Screen): string {
  const { past, ahead, window } = ascii ? ASCII_BAR : UNICODE_BAR;
  return `lifetime: ${past} past, ${ahead} to come, ${window} renewal window`;
}

function tableLines(rows: readonly StatusRow[], now: Date, screen: Screen): string[] {
  const { paint, ascii } = screen;
  const { shown, widths, gap } = layOut(rows, screen.columns);
  const mark = ascii ? "~" : "…";
  const between = " ".repeat(gap);
  const line = (text: (column: Column) => string) =>
    shown.map((column) => fit(text(column), widths.get(column) ?? 0, mark, column.side))
      .join(between).trimEnd();
  return [
    paint.bold(line(({ title }) => title)),
    ...rows.map((row) => {
      const { validity, renewAt } = row;
      const signs = ascii ? ASCII_BAR : UNICODE_BAR;
      const bar = validity === undefined || renewAt === undefined || !shown.includes(LIFETIME)
        ? ""
        : lifetimeBar(validity, renewAt, now, widths.get(LIFETIME) ?? 0, signs);
      const text = line((column) => column === LIFETIME ? bar : column.text(row));
      const color = COLORS[row.rank];
      return color === undefined ? text : paint[color](text);
    }),
    ...(shown.includes(LIFETIME) ? ["", legend(screen)] : []),
  ];
}

/** The bar takes the space that is left. */
function layOut(rows: readonly StatusRow[], columns = Infinity) {
  const widths = new Map(COLUMNS.map((column) => {
    const texts = [column.title, ...rows.map(column.text)];
    return [column, Math.max(...texts.map((text) => stringWidth(text)))];
  }));
  widths.set(LIFETIME, LEAST_BAR);
  const total = (gap: number, most: ReadonlyMap<Column, number> = new Map()) =>
    [...widths].reduce((sum, [one, width]) => sum + Math.min(width, most.get(one) ?? width), 0) +
    gap * (widths.size - 1);
  for (const column of OMITTED) if (total(1, CUT_TO) > columns) widths.delete(column);
  const gap = total(2) <= columns ? 2 : 1;
  for (const [column, least] of CUTS) {
    const width = widths.get(column) ?? 0;
    const over = Math.max(0, total(gap) - columns);
    if (width > least) widths.set(column, Math.max(least, width - over));
  }
  const spare = Math.max(0, columns - total(gap));
  if (widths.has(LIFETIME)) widths.set(LIFETIME, Math.min(MOST_BAR, LEAST_BAR + spare));
  return { shown: COLUMNS.filter((column) => widths.has(column)), widths, gap };
}

/**
 * A certificate's lifetime as a bar: past, future, and the renewal window.
 *
 * @param renewAt Start of the renewal window.
 */
function lifetimeBar(
  validity: Validity,
  renewAt: Date,
  now: Date,
  cells: number,
  { past, ahead, window }: BarSigns,
): string {
  const [begin, end] = [validity.notBefore.getTime(), validity.notAfter.getTime()];
  const cellOf = (time: Date) => {
    const share = (time.getTime() - begin) / Math.max(1, end - begin);
    return Math.round(Math.min(1, Math.max(0, share)) * cells);
  };
  // A valid certificate always has some future.
  const gone = Math.min(cellOf(now), now.getTime() < end ? cells - 1 : cells);
  const opens = Math.min(cellOf(renewAt), cells - 1);
  const until = Math.max(gone, opens);
  return past.repeat(gone) + ahead.repeat(until - gone) + window.repeat(cells - until);
}

/** Pads or cuts a text to a width; a character may take no column, one or two. */
function fit(text: string, width: number, mark: string, side: "left" | "right"): string {
  const shown = stringWidth(text) > width ? cut(text, width - stringWidth(mark)) + mark : text;
  const space = " ".repeat(Math.max(0, width - stringWidth(shown)));
  return side === "left" ? shown + space : space + shown;
}

/** Cuts between grapheme clusters (Unicode Annex 29). */
function cut(text: string, width: number): string {
  let shown = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(shown + segment) > width) break;
    shown += segment;
  }
  return shown;
}
