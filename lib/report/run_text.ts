/** The summary at the end of a run. */
import type { Plan } from "../plan/types.ts";
import { isOfChain } from "../plan/warnings.ts";
import type { Outcome, OutcomeEntry } from "./outcome.ts";
import { count, countEntries, listNames, type Paint } from "./paint.ts";
import { countWaiting, countWarnedBroken, countWarnedDue } from "./verdict.ts";

/** @param told What the reader has read already, which is only counted. */
export function runText(
  plan: Plan,
  outcome: Outcome,
  paint: Paint,
  told: readonly OutcomeEntry[] = [],
): string {
  return runEntries(plan, outcome, told).map(({ word, text }) => {
    if (word === undefined) return `${text}\n`;
    return `${paint[COLORS[word]](word)}${word === "warning" ? ": " : "  "}${text}\n`;
  }).join("");
}

type Word = "failed" | "skipped" | "warning";

const COLORS = { failed: "bad", skipped: "warn", warning: "warn" } as const;

/** One line of the summary; the last one has counts and no word. */
interface RunEntry {
  readonly word?: Word;
  readonly text: string;
}

export function runEntries(
  plan: Plan,
  outcome: Outcome,
  told: readonly OutcomeEntry[] = [],
): RunEntry[] {
  const entries: RunEntry[] = [
    ...mergedEntries("failed", outcome.failed, told),
    ...mergedEntries("skipped", outcome.skipped, told),
    ...mergedEntries("warning", warningsOf(plan, outcome)),
  ];
  const { issued, fetched = 0, deployed, acted, recovered, failed, skipped } = outcome;
  if (issued + fetched + deployed + acted + recovered + failed.length + skipped.length === 0) {
    return [...entries, { text: nothingToDo(plan) }];
  }
  const fetches = fetched > 0 ? `${fetched} fetched, ` : "";
  const text = `Done: ${issued} issued, ${fetches}${count(deployed, "file")} deployed, ` +
    `${count(acted, "service action")}; ` +
    `${failed.length} failed, ${skipped.length} skipped${waiting(plan)}`;
  return [...entries, { text }];
}

/** Warnings of the plan that still apply after the run. */
function warningsOf(
  { certificates, services, steps }: Plan,
  { failed, skipped }: Outcome,
): OutcomeEntry[] {
  // Warnings about old names and chains do not apply to a new certificate; apply warns about that itself.
  const undone = new Set([...failed, ...skipped].map(({ subject }) => subject));
  const renewed = new Set(
    steps.flatMap((step) =>
      step.kind === "issue" && !undone.has(step.certificate) ? step.certificate : []
    ),
  );
  // A probe from before a service acted is outdated.
  const acting = new Set(steps.flatMap((step) => step.kind === "service" ? step.service : []));
  return [
    ...certificates.flatMap(({ name, warnings }) =>
      warnings.filter((warning) =>
        !renewed.has(name) || !(isOfChain(warning) || warning.kind === "own-name")
      )
        .map(({ message }) => ({ subject: name, message }))
    ),
    ...services.flatMap(({ service, problem }) =>
      problem === undefined || acting.has(service)
        ? []
        : [{ subject: service, message: `cannot tell what it serves: ${problem}` }]
    ),
  ];
}

function waiting(plan: Plan): string {
  const number = countWaiting(plan);
  return number === 0 ? "" : `, ${number} waiting for a window`;
}

/** Steps that the command does not take may still be due or wait. */
function nothingToDo(plan: Plan): string {
  const { certificates } = plan;
  const due = certificates.filter(({ due, waits }) => due !== undefined && !waits).length;
  const all = countEntries(certificates);
  const broken = countWarnedBroken(plan);
  if (due > 0) return `Nothing to do for this command: ${due} of ${all} due for "vcm run"`;
  if (broken > 0) return `Nothing to do; ${count(broken, "certificate")} broken${waiting(plan)}`;
  const flawed = countWarnedDue(certificates);
  if (flawed > 0) return `Nothing to do; ${flawed} of ${all} not in order${waiting(plan)}`;
  const waits = waiting(plan);
  return waits === "" ? `Nothing to do: ${all} in order` : `Nothing to do now: ${all}${waits}`;
}

/** A message of many subjects, such as a server that is down, is printed once. */
function mergedEntries(
  word: Word,
  entries: readonly OutcomeEntry[],
  told: readonly OutcomeEntry[] = [],
): RunEntry[] {
  const toldBy = Map.groupBy(told, ({ message }) => message);
  return [...Map.groupBy(entries, ({ message }) => message)].flatMap(([message, alike]) => {
    const known = new Set(toldBy.get(message)?.map(({ subject }) => subject));
    const names = alike.map(({ subject }) => subject).filter((name) => !known.has(name));
    if (names.length === 0) return [];
    const [first] = known;
    const why = first === undefined ? message : `for the same reason as ${first}`;
    return [{ word, text: `${listNames(names)}: ${why}` }];
  });
}
