/** Whether something due waits for its maintenance window. */
import type { MaintenanceWindow } from "../config/types.ts";
import { formatMoment } from "./moment.ts";
import { describeWindows, findOpening } from "./window.ts";

/** How long something can wait, and why no longer. */
export interface Urgency {
  /** Absent: it cannot wait. */
  readonly end?: Date;
  /** Without a full stop. */
  readonly reason: string;
}

export type Verdict =
  /** `detail` is to be added to the reason for the action; empty where there is nothing to say. */
  | { readonly kind: "act"; readonly detail: string }
  | { readonly kind: "wait"; readonly until: Date; readonly detail: string };

/**
 * Waits for the next window, unless it would then be too late: what has to be done before a moment
 * must be done before the window that comes is over, since a run may come at any time of it.
 *
 * @param zone The host's time zone.
 */
export function holdBack(
  windows: readonly MaintenanceWindow[],
  { end, reason }: Urgency,
  now: Date,
  zone: string,
): Verdict {
  const opening = windows.length === 0 ? undefined : findOpening(windows, now, zone);
  if (opening === undefined || opening.from <= now) return { kind: "act", detail: "" };
  const local = zone === "UTC" ? "" : `, ${zone}`;
  const opens = `its window (${describeWindows(windows)}${local}) opens ${
    formatMoment(opening.from)
  }`;
  if (end === undefined || end < opening.until) {
    return { kind: "act", detail: `; at once, though ${opens}: ${reason}` };
  }
  return { kind: "wait", until: opening.from, detail: opens };
}
