/** When maintenance windows open: hours of the week, in the host's time zone. */
import type { MaintenanceWindow } from "../config/types.ts";

/** One opening of a window; `until` is exclusive. */
export interface Opening {
  readonly from: Date;
  readonly until: Date;
}

const MINUTES_A_DAY = 1_440;

/**
 * The opening that contains `now` or, if there is none, the next one; undefined only for an empty
 * list. Of several windows the one that opens first counts; overlapping openings are not merged. An
 * unknown zone (names such as `Europe/Berlin`) is treated as UTC.
 */
export function findOpening(
  windows: readonly MaintenanceWindow[],
  now: Date,
  zone: string,
): Opening | undefined {
  const local = localTime(now, zone);
  return windows.flatMap((window) => nextOpening(window, now, local) ?? [])
    .sort((a, b) => a.from.getTime() - b.from.getTime())[0];
}

/** The windows as the configuration has them: `Sat 02:00-04:00; Mon-Fri 22:00-23:00`. */
export function describeWindows(windows: readonly MaintenanceWindow[]): string {
  return windows.map(({ text }) => text).join("; ");
}

function localTime(now: Date, zone: string): Temporal.ZonedDateTime {
  const instant = Temporal.Instant.fromEpochMilliseconds(now.getTime());
  try {
    return instant.toZonedDateTimeISO(zone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return instant.toZonedDateTimeISO("UTC");
  }
}

/** The first opening of one window that is not over. */
function nextOpening(
  window: MaintenanceWindow,
  now: Date,
  local: Temporal.ZonedDateTime,
): Opening | undefined {
  const today = local.toPlainDate();
  // Yesterday's opening may last over midnight; if today's is over, the next may be in a week.
  for (let days = -1; days <= 7; days++) {
    const date = today.add({ days });
    if (!window.days.includes(date.dayOfWeek)) continue;
    const opening = openingOn(window, date, local.timeZoneId);
    if (opening.until > now) return opening;
  }
  return undefined;
}

/**
 * The opening that begins on a day. If the clocks go back, the first of the two hours counts. A time
 * in a skipped hour moves to the same minute after the jump.
 */
function openingOn(window: MaintenanceWindow, date: Temporal.PlainDate, zone: string): Opening {
  const end = window.to > window.from ? window.to : window.to + MINUTES_A_DAY;
  const from = timeOf(date, window.from, zone);
  const until = timeOf(date, end, zone);
  if (until > from) return { from, until };
  // A skipped hour moved its beginning to its end or later, so it keeps its length instead.
  return { from, until: new Date(from.getTime() + (end - window.from) * 60_000) };
}

function timeOf(date: Temporal.PlainDate, minutes: number, zone: string): Date {
  const time = date.toPlainDateTime().add({ minutes })
    .toZonedDateTime(zone, { disambiguation: "compatible" });
  return new Date(time.epochMilliseconds);
}
