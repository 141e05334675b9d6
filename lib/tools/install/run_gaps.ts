/** How far apart the runs of a timer or of a line for cron are. Seconds; undefined: not known. */
import { UnitText } from "./unit_reading.ts";

const DAY = 86_400;

/** Of systemd.time(7) and crontab(5); all others are of a month or more. */
const WORDS = new Map([["minutely", 60], ["hourly", 3_600], ["daily", DAY], ["weekly", 7 * DAY]]);

/** Units of systemd.time(7), "Parsing Time Spans", by their first letters. */
const UNITS = new Map([["", 1], ["s", 1], ["m", 60], ["h", 3_600], ["d", DAY], ["w", 7 * DAY]]);
const UNIT = /^(?:s(?:ec|econds?)?|m(?:in|inutes?)?|h(?:r|ours?)?|d(?:ays?)?|w(?:eeks?)?)?$/;

/** Sets the times at which a timer elapses; an empty value removes all of them (systemd.timer(5)). */
export const TIMES = /^On(?:Calendar|\w+Sec)[ \t]*=/m;
const RESET = new RegExp(`${TIMES.source}[ \\t]*$`, "m");

/**
 * @param texts The timer, then its drop-ins in their order.
 * @param service The same of its service, of which systemd may refuse starts (systemd.unit(5)).
 */
export function timerGap(
  texts: readonly string[],
  service: readonly string[] = [],
): number | undefined {
  const [all, last] = [new UnitText(texts), new UnitText(texts.join("\n").split(RESET).slice(-1))];
  const spans = ["OnUnitActiveSec", "OnUnitInactiveSec"].flatMap((name) => last.all(name));
  const gaps = [...last.all("OnCalendar").map(calendarGap), ...spans.map(readSpan)];
  const random = readSpan(all.all("RandomizedDelaySec").at(-1) ?? "0");
  const accuracy = readSpan(all.all("AccuracySec").at(-1) ?? "1min");
  // A gap that is not known makes the sum NaN.
  const sum = Math.min(...gaps.map((gap) => gap ?? NaN)) + (random ?? NaN) + (accuracy ?? NaN);
  const limits = new UnitText(service);
  const limit = readSpan(limits.all("StartLimitIntervalSec").at(-1) ?? "10") ?? 0;
  const burst = Number(limits.all("StartLimitBurst").at(-1) ?? 5);
  return Number.isFinite(sum) ? Math.max(sum, limit - (burst - 1) * sum) : undefined;
}

/** `90`, `1h 30min`. */
function readSpan(text: string): number | undefined {
  const part = /([\d.]+)\s*([a-z]*)/g;
  if (text.replace(part, "").trim() !== "") return undefined;
  return [...text.matchAll(part)].reduce((seconds, [, count, unit = ""]) => {
    return seconds + Number(count) * (UNIT.test(unit) && UNITS.get(unit.slice(0, 1)) || NaN);
  }, 0);
}

/** `hourly`, `*:0/5`, `Mon..Fri *-*-* 03:00:00 UTC`. */
function calendarGap(text: string): number | undefined {
  if (/^[a-z-]+$/.test(text)) return wordGap(text);
  const [, days, date = "*-*", hours = "", minutes = ""] =
    /^(?:([A-Z][A-Za-z.,]*) )?(?:(?:\*-)?([\d*,./]+-[\d*,./]+) )?([^ :]+):([^ :]+)(?::[^ :]+)?(?: [A-Z][A-Za-z/_]+)?$/
      .exec(text) ?? [];
  return dayGap(hours, minutes, days !== undefined || date !== "*-*");
}

/** `17 * * * *` and `@daily`, at the start of a line. */
export function cronGap(line: string): number | undefined {
  const [minutes = "", hours = "", ...days] = line.split(/\s+/, 5);
  if (minutes.startsWith("@")) return wordGap(minutes.slice(1));
  return dayGap(hours, minutes, days.some((field) => field !== "*"));
}

function wordGap(word: string): number {
  return WORDS.get(word === "midnight" ? "daily" : word) ?? 31 * DAY;
}

/** @param skips Not every day. Then the gap is at least so long. */
function dayGap(hours: string, minutes: string, skips: boolean): number | undefined {
  const times = Array.from({ length: 1_440 }, (_, minute) => minute)
    .filter((time) => includes(hours, Math.floor(time / 60)) && includes(minutes, time % 60));
  const [first] = times;
  if (first === undefined) return undefined;
  const all = [...times, first + (skips ? 2 : 1) * 1_440];
  return 60 * Math.max(...all.map((time, at) => time - (all[at - 1] ?? time)));
}

/** Of `*`, `7`, steps such as `0/5`, ranges of both syntaxes, and lists of these. */
function includes(field: string, value: number): boolean {
  return field.split(",").some((part) => {
    const [, from, to, step] = /^(\*|\d+)(?:(?:-|\.\.)(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    const first = from === "*" ? 0 : Number(from);
    const last = to ?? (from === "*" || step !== undefined ? Infinity : first);
    return value >= first && value <= Number(last) && (value - first) % Number(step ?? 1) === 0;
  });
}
