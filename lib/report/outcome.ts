/** The outcome of a run, from its plan and its events. */
import type { ApplyEvent, Failure } from "../apply/events.ts";
import type { Plan } from "../plan/types.ts";

/** Something that was not done, and why. */
export interface OutcomeEntry {
  readonly subject: string;
  readonly message: string;
}

export interface Outcome {
  readonly issued: number;
  /** Contents of trust entries; absent: none. */
  readonly fetched?: number;
  readonly deployed: number;
  readonly acted: number;
  /** Recoveries from interrupted runs, and cleared or transferred pending actions. */
  readonly recovered: number;
  readonly failed: readonly OutcomeEntry[];
  readonly skipped: readonly OutcomeEntry[];
}

/** Blockers count as failed, because the configuration asks for what they stop. */
export function foldOutcome(plan: Plan, events: readonly ApplyEvent[]): Outcome {
  const count = (kind: ApplyEvent["kind"]) => events.filter((event) => event.kind === kind).length;
  const entries = (kind: Failure["kind"]): OutcomeEntry[] =>
    events.filter((event): event is Failure => event.kind === kind)
      .map(({ subject, message }) => ({ subject, message }));
  const fetched = count("fetched");
  const rolledBack = events.flatMap((event) => event.kind === "rolled-back" ? event.paths : []);
  return {
    issued: count("issued"),
    ...(fetched > 0 && { fetched }),
    deployed: count("deployed") - rolledBack.length,
    acted: count("acted"),
    recovered: count("recovered") + count("cleared"),
    failed: [...blockedEntries(plan), ...entries("failed")],
    skipped: entries("skipped"),
  };
}

export function blockedEntries(plan: Plan): OutcomeEntry[] {
  return plan.certificates.flatMap(({ name, blocked }) =>
    blocked.map(({ message }) => ({ subject: name, message }))
  );
}
