/** `vcm status`: a table that a person takes in at a glance, and then what is not in order. */
import type { Plan } from "../plan/types.ts";
import { checkDetails, checkHeadline } from "./check_text.ts";
import { ASCII_BAR, lifetimeBar, UNICODE_BAR } from "./lifetime_bar.ts";
import type { Paint } from "./paint.ts";
import { type Rank, type StatusRow, statusRows } from "./status_rows.ts";
import { fit, widthOf } from "./text_width.ts";

/** What a screen can show. */
export interface Screen {
  readonly paint: Paint;
  /** Columns; absent: nothing is cut. */
  readonly columns?: number;
  /** No signs beyond ASCII. */
  readonly ascii: boolean;
}

interface Column {
  readonly title: string;
  readonly side: "left" | "right";
  readonly text: (row: StatusRow) => string;
}

const NAME: Column = { title: "NAME", side: "left", text: ({ name }) => name };
const ISSUER: Column = { title: "ISSUER", side: "left", text: ({ issuer }) => issuer };
const LEFT: Column = { title: "LEFT", side: "right", text: ({ left }) => left };
const LIFETIME: Column = { title: "LIFETIME", side: "left", text: () => "" };
const COLUMNS: readonly Column[] = [
  NAME,
  ISSUER,
  LEFT,
  LIFETIME,
  { title: "FILES", side: "left", text: ({ files }) => files },
  { title: "SVC", side: "left", text: ({ services }) => services },
  { title: "RENEWAL", side: "left", text: ({ renewal }) => renewal },
];

/** What gives way on a narrow screen, one after the other, and down to how many columns. */
const CUTS = [[NAME, 28], [ISSUER, 12], [NAME, 16], [ISSUER, 8]] as const;

/** Cells of a bar. */
const [LEAST_BAR, MOST_BAR] = [10, 30];

const COLOURS: Readonly<Record<Rank, keyof Paint | undefined>> = {
  broken: "bad",
  unknown: "bad",
  due: "warn",
  waits: undefined,
  fine: "good",
};

export function statusText(plan: Plan, screen: Screen): string {
  const rows = statusRows(plan);
  const details = checkDetails(plan, false);
  return [
    checkHeadline(plan, screen.paint),
    ...(rows.length > 0 ? ["", ...tableLines(rows, plan.at, screen), "", legend(screen)] : []),
    ...(details.length > 0 ? ["", ...details] : []),
  ].join("\n") + "\n";
}

function legend({ ascii }: Screen): string {
  const { past, ahead, window } = ascii ? ASCII_BAR : UNICODE_BAR;
  return `lifetime: ${past} past, ${ahead} to come, ${window} renewal window`;
}

function tableLines(rows: readonly StatusRow[], now: Date, screen: Screen): string[] {
  const { paint, ascii } = screen;
  const { widths, gap } = layOut(rows, screen.columns);
  const mark = ascii ? "~" : "…";
  const between = " ".repeat(gap);
  const line = (text: (column: Column) => string) =>
    COLUMNS.map((column) => fit(text(column), widths.get(column) ?? 0, mark, column.side))
      .join(between).trimEnd();
  return [
    paint.bold(line(({ title }) => title)),
    ...rows.map((row) => {
      const { validity, renewAt } = row;
      const signs = ascii ? ASCII_BAR : UNICODE_BAR;
      const bar = validity === undefined || renewAt === undefined
        ? ""
        : lifetimeBar(validity, renewAt, now, widths.get(LIFETIME) ?? 0, signs);
      const text = line((column) => column === LIFETIME ? bar : column.text(row));
      const colour = COLOURS[row.rank];
      return colour === undefined ? text : paint[colour](text);
    }),
  ];
}

/** Where there is room the bar has it. */
function layOut(rows: readonly StatusRow[], columns: number | undefined) {
  const widths = new Map(COLUMNS.map((column) => {
    const texts = [column.title, ...rows.map(column.text)];
    return [column, Math.max(...texts.map(widthOf))];
  }));
  widths.set(LIFETIME, LEAST_BAR);
  const total = (gap: number) =>
    [...widths.values()].reduce((sum, width) => sum + width, gap * (COLUMNS.length - 1));
  const gap = columns === undefined || total(2) <= columns ? 2 : 1;
  let spare = (columns ?? total(gap)) - total(gap);
  for (const [column, least] of CUTS) {
    const width = widths.get(column) ?? 0;
    const given = Math.min(Math.max(0, -spare), Math.max(0, width - least));
    widths.set(column, width - given);
    spare += given;
  }
  const most = columns === undefined ? MOST_BAR - LEAST_BAR : Math.max(0, spare);
  widths.set(LIFETIME, Math.min(MOST_BAR, LEAST_BAR + most));
  return { widths, gap };
}
