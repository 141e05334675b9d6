/** What a run came to: the plan and the events of carrying it out, put together. */
import type { ApplyEvent, Failure } from "../apply/events.ts";
import type { Plan } from "../plan/types.ts";

/** A thing that did not come about, and why. */
export interface OutcomeEntry {
  readonly subject: string;
  readonly message: string;
}

export interface Outcome {
  readonly issued: number;
  readonly deployed: number;
  readonly acted: number;
  /** Left-overs of interrupted runs that were cleared away, and markers that were no debts. */
  readonly recovered: number;
  readonly failed: readonly OutcomeEntry[];
  readonly skipped: readonly OutcomeEntry[];
}

/** What the plan says cannot be done counts as failed: the file asks for it. */
export function foldOutcome(plan: Plan, events: readonly ApplyEvent[]): Outcome {
  const count = (kind: ApplyEvent["kind"]) => events.filter((event) => event.kind === kind).length;
  const failures = (kind: Failure["kind"]) =>
    events.filter((event) => event.kind === kind).map(toEntry);
  return {
    issued: count("issued"),
    deployed: count("deployed") - revertedFiles(events),
    acted: count("acted"),
    recovered: count("recovered") + count("cleared"),
    failed: [...blockedEntries(plan), ...failures("failed")],
    skipped: failures("skipped"),
  };
}

function revertedFiles(events: readonly ApplyEvent[]): number {
  return events.reduce(
    (sum, event) => event.kind === "rolled-back" ? sum + event.paths.length : sum,
    0,
  );
}

/** What only a person can mend, as the plan has it. */
export function blockedEntries(plan: Plan): OutcomeEntry[] {
  return plan.certificates.flatMap(({ name, blocked }) =>
    blocked.map(({ message }) => ({ subject: name, message }))
  );
}

function toEntry(event: ApplyEvent): OutcomeEntry {
  const { subject, message } = event as Failure;
  return { subject, message };
}
