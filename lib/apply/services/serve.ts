/**
 * Carries out the steps of services: their actions, and the proof that they run, and serve what they
 * loaded. An action is noted in the marker before it begins: what was up before and is not right
 * afterwards, also because the run was killed, is a failure until the service is up again.
 */
import { plainCause } from "../../text/plain_cause.ts";
import { actionName } from "../../plan/action_name.ts";
import { formatTime } from "../../text/format_time.ts";
import type { ServiceStep, ValidateStep } from "../../plan/types.ts";
import {
  dropPendingAction,
  noteAction,
  noteFailedAction,
  noteFailure,
  removePendingAction,
} from "../../store/pending_action.ts";
import { act } from "./act.ts";
import { awaitServed } from "./await_served.ts";
import type { ServicesRun } from "./run.ts";
import { observeRunning, type Running, startAdvice } from "./running.ts";
import { findFallen } from "./stay_up.ts";

/** @param faults What services found in their new files. */
export async function serve(
  steps: readonly (ServiceStep | ValidateStep)[],
  faults: ReadonlyMap<string, string>,
  run: ServicesRun,
): Promise<void> {
  const acting = steps.filter((step) => step.kind === "service")
    .filter((step) => !faults.has(step.service) && whyNot(step, run) === undefined);
  // An action on one service may end another one, before that one's own or after it.
  const before = await observeRunning(acting);
  const acted: Acted[] = [];
  for (const step of steps) {
    const { service } = step;
    const fault = faults.get(service);
    const reason = whyNot(step, run);
    if (fault !== undefined) {
      noteFailure(run.certStore, service, fault);
      fail(service, fault, run);
    } else if (step.kind === "validate") continue;
    else if (reason !== undefined) skip(service, reason, run);
    else {
      const one = await actOn(step, before.get(service), run);
      // Whether what a command acted on runs is not known.
      if (one !== undefined && step.action.manager === "command") finish(step, run);
      else if (one !== undefined) acted.push(one);
    }
  }
  const fallen = await findFallen(acted.map(({ step }) => step));
  for (const { step, wasUp } of acted) {
    const problem = fallen.get(step.service);
    if (problem === undefined) finish(step, run);
    else failAction(step, problem, wasUp, run);
  }
}

/** An action that was done. */
interface Acted {
  readonly step: ServiceStep;
  /** Before it, or before an earlier one that failed. */
  readonly wasUp: boolean;
}

async function actOn(
  step: ServiceStep,
  before: Running | undefined,
  run: ServicesRun,
): Promise<Acted | undefined> {
  const { service, about } = step;
  const { certStore } = run;
  const isUp = before?.kind === "up" || before?.kind === "between";
  const wasUp = isUp || step.actedAt !== undefined;
  const isNew = isUp && noteAction(certStore, service, about.certificates, new Date());
  try {
    const result = await act(step);
    if (result.kind === "done") {
      const unserved = await findUnserved(step, run);
      if (unserved === undefined) return { step, wasUp };
      failAction(step, unserved, wasUp, run);
    } else if (result.kind === "failed") {
      failAction(step, result.message, wasUp, run);
      // What was asked for by --force, and left all as it was, leaves nothing to be done.
      if (isNew && (await observeRunning([step])).get(service)?.kind === "up") {
        dropPendingAction(certStore, service, run.emit);
      }
    } else if (wasUp) {
      // The marker goes on saying what the action that failed had to say.
      fail(service, `${howDown(step)}; ${startAdvice(step.action)}`, run);
    } else {
      removePendingAction(certStore, service);
      skip(service, result.message, run);
    }
  } catch (error) {
    failAction(step, plainCause(error), wasUp, run);
  }
  return undefined;
}

function howDown({ actedAt }: ServiceStep): string {
  return actedAt === undefined
    ? "it was up before the actions of this run, but is down now"
    : `it was up before the action of ${formatTime(actedAt)}, but is down now`;
}

function finish(step: ServiceStep, run: ServicesRun): void {
  const { service, action } = step;
  try {
    removePendingAction(run.certStore, service);
    run.emit({ kind: "acted", service, action: actionName(action) });
  } catch (error) {
    noteFailure(run.certStore, service, plainCause(error));
    fail(service, plainCause(error), run);
  }
}

function failAction(
  { service }: ServiceStep,
  message: string,
  wasUp: boolean,
  run: ServicesRun,
): void {
  noteFailedAction(run.certStore, service, message, wasUp ? new Date() : undefined);
  fail(service, message, run);
}

function fail(subject: string, message: string, { emit }: ServicesRun): void {
  emit({ kind: "failed", step: "service", subject, message });
}

function skip(subject: string, message: string, { emit }: ServicesRun): void {
  emit({ kind: "skipped", step: "service", subject, message });
}

/** Why the step is not carried out: what it hangs on did not come about. */
export function whyNot(
  step: ServiceStep | ValidateStep,
  { results }: ServicesRun,
): string | undefined {
  const having = (state: string) =>
    step.certificates.filter((name) => results.get(name)?.state === state);
  const half = having("half");
  if (half.length > 0) return notInPlace(half);
  if (step.pending.reason !== "deployed" || having("deployed").length > 0) {
    const torn = step.certificates.filter((name) => results.get(name)?.torn);
    return torn.length > 0 ? notInPlace(torn) : undefined;
  }
  const reverted = having("rolled-back");
  return reverted.length > 0
    ? `the files of ${reverted.join(", ")} were rolled back`
    : "nothing was deployed for it";
}

function notInPlace(names: readonly string[]): string {
  return `the files of ${names.join(", ")} are not all in place`;
}

async function findUnserved(
  { probes }: ServiceStep,
  { certStore, results }: ServicesRun,
): Promise<string | undefined> {
  for (const { certificate, probe } of probes) {
    const state = results.get(certificate)?.state ?? "none";
    // Where the new files are not in place, the old ones are served.
    if (state === "failed" || state === "half" || state === "rolled-back") continue;
    const problem = await awaitServed(certStore, certificate, probe);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
