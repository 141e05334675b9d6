/** Whether an action waits for its maintenance window. */
import type { Validity } from "../certificate/renewal.ts";
import type { MaintenanceWindow } from "../config/types.ts";
import { formatTime } from "../text/format_time.ts";
import type { Wait } from "./types.ts";
import { describeWindows, findOpening, type Opening } from "./window.ts";

/** How long an action can wait, and why not longer. */
export interface Urgency {
  /** Expiry of the certificate; absent: the action cannot wait. */
  readonly end?: Date | undefined;
  /** Milliseconds before the end by which it must be done. */
  readonly margin: number;
  /** Without a full stop. */
  readonly reason: string;
  /** Since when it is due, if known. */
  readonly since?: Date | undefined;
}

export type Verdict =
  /** `detail` is added to the reason for the action; it may be empty. */
  | { readonly kind: "act"; readonly detail: string }
  | { readonly kind: "wait"; readonly wait: Wait };

const DAY = 86_400_000;

/**
 * Milliseconds that must be left when a certificate is replaced, because runs may fail or miss a
 * window. A day if the lifetime is not known.
 */
export function marginFor(validity: Validity | undefined): number {
  if (validity === undefined) return DAY;
  return Math.min(DAY, (validity.notAfter.getTime() - validity.notBefore.getTime()) / 3);
}

/** Whether a certificate with that expiry can wait until an opening is over. */
export function outlasts(end: Date, margin: number, opening: Opening): boolean {
  return end.getTime() - margin >= opening.until.getTime();
}

/**
 * Waits for the next window, unless that would be too late. A run may come at any time of a window,
 * so the whole window must be early enough.
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
    return { kind: "act", detail: `; VCM does not wait, although ${opens}: ${reason}` };
  }
  const missed = since && firstWhole(windows, since, zone);
  const late = missed !== undefined && missed.until <= now;
  const unused = late ? `; the window of ${formatTime(missed.from)} was missed` : "";
  return { kind: "wait", wait: { until: opening.from, late, detail: `${opens}${unused}` } };
}

/** The first opening that begins at that time or later. */
function firstWhole(
  windows: readonly MaintenanceWindow[],
  since: Date,
  zone: string,
): Opening | undefined {
  const opening = findOpening(windows, since, zone);
  if (opening === undefined || opening.from >= since) return opening;
  return findOpening(windows, opening.until, zone);
}
