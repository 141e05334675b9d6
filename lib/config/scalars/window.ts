/** The maintenance window: `Sat,Sun 02:00-04:00`. */
import { hasControlCharacter } from "../../text/quote.ts";
import { nearest } from "../../text/suggest.ts";
import type { MaintenanceWindow } from "../types.ts";
import { caseless, expected, scalar } from "./scalar.ts";

const WINDOW = `a window such as "Sat,Sun 02:00-04:00"`;

/** In the order of ISO 8601, Monday being 1; the first three letters are the short name. */
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Days and hours of the week, or hours alone for every day. */
export const maintenanceWindow = scalar<MaintenanceWindow>({
  words: "window",
  wanted: WINDOW,
  // A space separates days and hours.
  pattern: () => {
    const days = DAYS.map((day) => `${caseless(shortName(day))}(?:${caseless(day.slice(3))})?`);
    const time = "(?:[01]\\d|2[0-3]):[0-5]\\d";
    return new RegExp(`^(?:(?:(?:${days.join("|")})[ ,-]*)+ )?${time} *- *(?:${time}|24:00)$`);
  },
  parse: (text) => {
    const { days, hours } = partsOf(text);
    const isWindow = hours !== undefined && typeof days !== "string" && hours.from !== hours.to &&
      !hasControlCharacter(text);
    return isWindow ? { text, days, ...hours } : undefined;
  },
  explain: (text) => {
    const { days, hours } = partsOf(text);
    if (hours === undefined) return undefined;
    const guess = typeof days === "string"
      ? nearest(days, [...DAYS.map(shortName), ...DAYS])
      : undefined;
    if (guess !== undefined) return `${expected(WINDOW, text)}; did you mean "${guess}"?`;
    return typeof days !== "string" && hours.from === hours.to
      ? `${expected(WINDOW, text)}; "00:00-24:00" is the whole day`
      : undefined;
  },
});

function partsOf(text: string) {
  const start = text.search(/\d/);
  return {
    days: start === 0 ? [1, 2, 3, 4, 5, 6, 7] : readDays(text.slice(0, start)),
    hours: readHours(text.slice(start)),
  };
}

/** Minutes after midnight of `02:00-04:00`; `undefined` for anything else. */
function readHours(text: string): { from: number; to: number } | undefined {
  const times = /^(\d\d):([0-5]\d) *- *(\d\d):([0-5]\d)$/.exec(text);
  if (times === null) return undefined;
  const from = Number(times[1]) * 60 + Number(times[2]);
  const to = Number(times[3]) * 60 + Number(times[4]);
  return from < 1_440 && to <= 1_440 ? { from, to } : undefined;
}

/** The days of `Sat,Sun` or `Fri-Mon`, ascending; otherwise the first word that is not a day. */
function readDays(text: string): number[] | string {
  const days = new Set<number>();
  for (const part of text.split(",")) {
    const dash = part.indexOf("-");
    const first = (dash === -1 ? part : part.slice(0, dash)).trim();
    const last = dash === -1 ? first : part.slice(dash + 1).trim();
    if (dayNumber(first) === 0) return first;
    if (dayNumber(last) === 0) return last;
    const end = dayNumber(last);
    for (let day = dayNumber(first); day !== end; day = day % 7 + 1) days.add(day);
    days.add(end);
  }
  return [...days].sort();
}

/** 1 (Monday) to 7 (Sunday); 0 for a word that is not a day. */
function dayNumber(word: string): number {
  const wanted = word.toLowerCase();
  return 1 + DAYS.findIndex((day) => day === wanted || shortName(day) === wanted);
}

function shortName(day: string): string {
  return day.slice(0, 3);
}
