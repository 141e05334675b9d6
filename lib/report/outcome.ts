/** What a run came to: the plan and the events of carrying it out, put together. */
import type { ApplyEvent, Setback } from "../apply/events.ts";
import type { Plan } from "../plan/types.ts";

/** A thing that did not come about, and why. */
export interface Shortfall {
  readonly subject: string;
  readonly message: string;
}

export interface Outcome {
  readonly issued: number;
  readonly deployed: number;
  readonly acted: number;
  /** Left-overs of interrupted runs that were cleared away, and markers that were no debts. */
  readonly tidied: number;
  readonly failed: readonly Shortfall[];
  readonly skipped: readonly Shortfall[];
}

/** What the plan says cannot be done counts as failed: the file asks for it. */
export function foldOutcome(plan: Plan, events: readonly ApplyEvent[]): Outcome {
  const count = (kind: ApplyEvent["kind"]) => events.filter((event) => event.kind === kind).length;
  const setbacks = (kind: Setback["kind"]) =>
    events.filter((event) => event.kind === kind).map(toShortfall);
  return {
    issued: count("issued"),
    deployed: count("deployed") - revertedFiles(events),
    acted: count("acted"),
    tidied: count("tidied") + count("settled"),
    failed: [...blockedShortfalls(plan), ...setbacks("failed")],
    skipped: setbacks("skipped"),
  };
}

function revertedFiles(events: readonly ApplyEvent[]): number {
  return events.reduce(
    (sum, event) => event.kind === "reverted" ? sum + event.paths.length : sum,
    0,
  );
}

/** What only a person can mend, as the plan has it. */
export function blockedShortfalls(plan: Plan): Shortfall[] {
  return plan.certificates.flatMap(({ name, blocked }) =>
    blocked.map(({ message }) => ({ subject: name, message }))
  );
}

function toShortfall(event: ApplyEvent): Shortfall {
  const { subject, message } = event as Setback;
  return { subject, message };
}
