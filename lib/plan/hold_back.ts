/** Whether something due waits for its maintenance window. */
import type { Validity } from "../certificate/renewal.ts";
import type { MaintenanceWindow } from "../config/types.ts";
import { formatTime } from "../text/format_time.ts";
import type { Wait } from "./types.ts";
import { describeWindows, findOpening, type Opening } from "./window.ts";

/** How long something can wait, and why no longer. */
export interface Urgency {
  /** Absent: it cannot wait. */
  readonly end?: Date;
  /** Milliseconds before the end at which it has to be done. */
  readonly margin: number;
  /** Without a full stop. */
  readonly reason: string;
  /** Since when it is due, where that is known. */
  readonly since?: Date;
}

export type Verdict =
  /** `detail` is to be added to the reason for the action; empty where there is nothing to say. */
  | { readonly kind: "act"; readonly detail: string }
  | { readonly kind: "wait"; readonly wait: Wait };

const DAY = 86_400_000;

/**
 * Milliseconds that are to be left when a certificate is replaced: runs come once a day or an hour,
 * perhaps in none of its windows, and one may fail. Where the lifetime is not known, a day.
 */
export function marginFor(validity: Validity | undefined): number {
  if (validity === undefined) return DAY;
  return Math.min(DAY, (validity.notAfter.getTime() - validity.notBefore.getTime()) / 3);
}

/** Whether what ends then can wait until an opening is over. */
export function outlasts(end: Date, margin: number, opening: Opening): boolean {
  return end.getTime() - margin >= opening.until.getTime();
}

/**
 * Waits for the next window, unless it would then be too late: what has to be done before a moment
 * must be done before the window that comes is over, since a run may come at any time of it.
 *
 * @param zone The host's time zone.
 */
export function holdBack(
  windows: readonly MaintenanceWindow[],
  { end, margin, reason, since }: Urgency,
  now: Date,
  zone: string,
): Verdict {
  const opening = windows.length === 0 ? undefined : findOpening(windows, now, zone);
  if (opening === undefined || opening.from <= now) return { kind: "act", detail: "" };
  const local = zone === "UTC" ? "" : `, ${zone}`;
  const opens = `its window (${describeWindows(windows)}${local}) opens ${
    formatTime(opening.from)
  }`;
  if (end === undefined || !outlasts(end, margin, opening)) {
    return { kind: "act", detail: `; this does not wait, although ${opens}: ${reason}` };
  }
  const missed = since && firstWhole(windows, since, zone);
  const late = missed !== undefined && missed.until <= now;
  const unused = late ? `; the window of ${formatTime(missed.from)} was missed` : "";
  return { kind: "wait", wait: { until: opening.from, late, detail: `${opens}${unused}` } };
}

/** The first opening that begins then or later. */
function firstWhole(
  windows: readonly MaintenanceWindow[],
  since: Date,
  zone: string,
): Opening | undefined {
  const opening = findOpening(windows, since, zone);
  if (opening === undefined || opening.from >= since) return opening;
  return findOpening(windows, opening.until, zone);
}
