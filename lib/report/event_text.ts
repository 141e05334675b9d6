/** Events of a run as lines of the log. */
import type { ApplyEvent } from "../apply/events.ts";
import { formatTime } from "../text/format_time.ts";
import { describeDrifts } from "./drift_text.ts";

/** `--quiet` shows warnings and errors only. */
export type Level = "info" | "warning" | "error";

export function eventLevel(event: ApplyEvent): Level {
  if (event.kind === "failed") return "error";
  return event.kind === "warning" ? "warning" : "info";
}

export function eventText(event: ApplyEvent): string {
  switch (event.kind) {
    case "recovered":
      return `${event.certificate}: ${event.detail}`;
    case "issued":
      return `${event.certificate}: ` +
        (event.address === undefined
          ? "stored what an earlier run received"
          : `issued by ${event.address}`) +
        `, serial ${event.serial}, until ${formatTime(event.notAfter)}`;
    case "fetched":
      return `${event.certificate}: read from ${event.address}, ` +
        (event.changed ? "changed" : "unchanged");
    case "deployed":
      return `${event.certificate}: deployed ${event.path} (${describeDrifts(event.drift, true)})`;
    case "rolled-back":
      return `${event.certificate}: rolled back ${event.paths.join(", ")}, ` +
        `because "validate" of ${event.service} failed`;
    case "acted":
      return `${event.service}: ${event.action} done`;
    case "cleared":
      return `${event.service}: cleared: ${event.detail}`;
    case "warning":
      return `${event.subject}: ${event.message}`;
    case "failed":
      return `${event.subject}: ${event.step} failed: ${event.message}`;
    case "skipped":
      return `${event.subject}: ${event.step} skipped: ${event.message}`;
  }
}
