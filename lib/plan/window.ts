/** When maintenance windows open: hours of the week, in the host's time zone, made moments. */
import type { MaintenanceWindow } from "../config/types.ts";

/** One time at which a window is open: from the first moment up to, and without, the second. */
export interface Opening {
  readonly from: Date;
  readonly until: Date;
}

const MINUTES_A_DAY = 1_440;

/**
 * The opening that holds `now`, else the next one; undefined only for an empty list. Of several the
 * one that opens first counts, and openings that overlap or touch are not made one. A zone that the
 * runtime does not know, by name such as `Europe/Berlin`, is taken for UTC.
 */
export function findOpening(
  windows: readonly MaintenanceWindow[],
  now: Date,
  zone: string,
): Opening | undefined {
  let first: Opening | undefined;
  if (windows.length === 0) return first;
  const local = localTime(now, zone);
  for (const window of windows) {
    const opening = nextOpening(window, now, local);
    if (first === undefined || (opening !== undefined && opening.from < first.from)) {
      first = opening;
    }
  }
  return first;
}

/** The windows as the file has them: `Sat 02:00-04:00; Mon-Fri 22:00-23:00`. */
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
  // Yesterday's may last over midnight; today's may be over, and the next be in a week.
  for (let days = -1; days <= 7; days++) {
    const date = today.add({ days });
    if (!window.days.includes(date.dayOfWeek)) continue;
    const opening = openingOn(window, date, local.timeZoneId);
    if (opening.until > now) return opening;
  }
  return undefined;
}

/**
 * The opening that begins on a day. Of an hour that comes twice the first counts; a time that the
 * clocks jump over lies as far behind the jump as it would have lain in the skipped hour.
 */
function openingOn(window: MaintenanceWindow, date: Temporal.PlainDate, zone: string): Opening {
  const end = window.to > window.from ? window.to : window.to + MINUTES_A_DAY;
  const from = momentOf(date, window.from, zone);
  const until = momentOf(date, end, zone);
  if (until > from) return { from, until };
  // The jump moved its beginning to its end or behind it: it keeps its length instead.
  return { from, until: new Date(from.getTime() + (end - window.from) * 60_000) };
}

function momentOf(date: Temporal.PlainDate, minutes: number, zone: string): Date {
  const moment = date.toPlainDateTime().add({ minutes })
    .toZonedDateTime(zone, { disambiguation: "compatible" });
  return new Date(moment.epochMilliseconds);
}
