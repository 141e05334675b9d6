/** What was done, in the log's lines while it happens and in a summary at the end. */
import type { ApplyEvent } from "../apply/events.ts";
import { formatMoment } from "../plan/moment.ts";
import type { Plan } from "../plan/types.ts";
import { describeDrifts } from "./drift_text.ts";
import type { Outcome, Shortfall } from "./outcome.ts";
import { count, type Paint } from "./paint.ts";

/** How much an event matters: the quiet hear of warnings and errors only. */
export type Level = "info" | "warning" | "error";

export function eventLevel(event: ApplyEvent): Level {
  if (event.kind === "failed") return "error";
  return event.kind === "warning" ? "warning" : "info";
}

/** One line of the log. */
export function eventText(event: ApplyEvent): string {
  switch (event.kind) {
    case "tidied":
      return `${event.certificate}: ${event.detail}`;
    case "issued":
      return `${event.certificate}: issued by ${event.address}, serial ${event.serial}, ` +
        `until ${formatMoment(event.notAfter)}`;
    case "deployed":
      return `${event.certificate}: deployed ${event.path} (${describeDrifts(event.drift)})`;
    case "acted":
      return `${event.unit}: ${event.control} done`;
    case "settled":
      return `${event.unit}: owes nothing any more: ${event.detail}`;
    case "warning":
      return `${event.subject}: ${event.message}`;
    case "failed":
      return `${event.subject}: ${event.step} failed: ${event.message}`;
    case "skipped":
      return `${event.subject}: ${event.step} skipped: ${event.message}`;
  }
}

/** The result of a run: done, failed, skipped, and why. */
export function runText(plan: Plan, outcome: Outcome, paint: Paint): string {
  const lines = [
    ...shortfallLines(paint.bad("failed"), outcome.failed),
    ...shortfallLines(paint.warn("skipped"), outcome.skipped),
  ];
  const { issued, deployed, acted, tidied, failed, skipped } = outcome;
  if (issued + deployed + acted + tidied + failed.length + skipped.length === 0) {
    lines.push(nothingToDo(plan));
  } else {
    lines.push(
      `Done: ${issued} issued, ${count(deployed, "file")} deployed, ` +
        `${count(acted, "service action")}; ` +
        `${failed.length} failed, ${skipped.length} skipped`,
    );
  }
  return lines.join("\n") + "\n";
}

/** Steps that the command does not take may be due all the same. */
function nothingToDo({ certificates }: Plan): string {
  const due = certificates.filter((state) => state.due !== undefined).length;
  const all = count(certificates.length, "certificate");
  return due === 0
    ? `Nothing to do: ${all} in order`
    : `Nothing to do for this command: ${due} of ${all} due for "vcm run"`;
}

/** A message that many subjects share, such as a server that is down, is said once. */
function shortfallLines(word: string, shortfalls: readonly Shortfall[]): string[] {
  const subjects = new Map<string, string[]>();
  for (const { subject, message } of shortfalls) {
    subjects.set(message, [...subjects.get(message) ?? [], subject]);
  }
  return [...subjects].map(([message, names]) => {
    const shown = names.length > 4
      ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`
      : names.join(", ");
    return `${word}  ${shown}: ${message}`;
  });
}
