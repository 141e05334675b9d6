/**
 * Carries out the steps of services: their actions, and the checks that they run and serve the new
 * certificate. An action is recorded in the pending action before it begins. So if a service was up
 * before and is not afterwards, also because the run was killed, that is a failure until it is started.
 */
import { plainCause } from "../../text/plain_cause.ts";
import { actionName } from "../../plan/desired_service.ts";
import { formatTime } from "../../text/format_time.ts";
import type { ServiceStep, ValidateStep } from "../../plan/types.ts";
import {
  dropPendingAction,
  noteAction,
  noteFailedAction,
  noteFailure,
  removePendingAction,
} from "../../store/pending_action.ts";
import { awaitServed } from "./await_served.ts";
import type { Running } from "../commands/commands.ts";
import { startAdvice } from "./advice.ts";
import { findFallen } from "./stay_up.ts";
import type { Result } from "../certificate_steps.ts";
import type { Emit } from "../events.ts";
import { notBegun, type Stop } from "../stop.ts";
import type { Writers } from "../writers/writers.ts";

/** What the services of a run share. */
export interface ServicesRun {
  readonly certStore: string;
  /** By certificate. */
  readonly results: ReadonlyMap<string, Result>;
  readonly writers: Writers;
  readonly emit: Emit;
  /** Removes secrets, and the keys of these certificates, from what a command printed. */
  readonly hide: (text: string, certificates: readonly string[]) => string;
  readonly stop: Stop;
}

/** @param failures Why validation failed, by service. */
export async function serve(
  steps: readonly (ServiceStep | ValidateStep)[],
  failures: ReadonlyMap<string, string>,
  run: ServicesRun,
): Promise<void> {
  const acting = steps.filter((step) => step.kind === "service")
    .filter((step) => !failures.has(step.service) && skipReason(step, run) === undefined);
  // The action on one service may stop another one, before or after the latter's own action.
  const before = run.stop.why === undefined
    ? await run.writers.commands.observe(acting.map(({ service }) => service))
    : new Map<string, Running>();
  const acted: Acted[] = [];
  /** The service whose action a manager did not finish in time, by manager. */
  const late = new Map<string, string>();
  for (const step of lastFailuresLast(steps)) {
    const { service } = step;
    const failure = failures.get(service);
    const reason = skipReason(step, run);
    if (failure !== undefined) {
      await noteFailure(run.certStore, service, failure);
      fail(service, failure, run);
    } else if (step.kind === "validate") continue;
    else if (reason !== undefined) {
      if (!isUnchanged(step, run)) skip(service, reason, run);
    } else if (run.stop.why !== undefined) fail(service, notBegun(run.stop.why), run);
    else {
      const { manager } = step.action;
      const slow = late.get(manager);
      if (slow !== undefined) {
        skip(service, `${manager} did not finish the action of ${slow} in time`, run);
        continue;
      }
      const one = await actOn(step, before.get(service), run);
      if (one === "timed-out") late.set(manager, service);
      // It is not known whether the service of a command runs.
      else if (one !== undefined && manager === "command") await finish(step, run);
      else if (one !== undefined) acted.push(one);
    }
  }
  const { writers: { commands }, stop } = run;
  const fallen = await findFallen(acted.map(({ step }) => step), before, commands, stop);
  for (const { step, wasUp } of acted) {
    const problem = fallen.get(step.service);
    if (problem === undefined) await finish(step, run);
    else await failAction(step, problem, wasUp, run);
  }
}

/** A service whose action never ends must not keep those of the same manager from theirs in each run. */
function lastFailuresLast<T extends ServiceStep | ValidateStep>(steps: readonly T[]): T[] {
  const failedBefore = (step: T) => step.kind === "service" && step.actedAt !== undefined;
  return steps.toSorted((a, b) => Number(failedBefore(a)) - Number(failedBefore(b)));
}

/** A completed action. */
interface Acted {
  readonly step: ServiceStep;
  /** Before this action, or before an earlier one that failed. */
  readonly wasUp: boolean;
}

async function actOn(
  step: ServiceStep,
  before: Running | undefined,
  run: ServicesRun,
): Promise<Acted | "timed-out" | undefined> {
  const { service, about } = step;
  const { certStore, writers: { commands } } = run;
  const isUp = before !== undefined && ["up", "between", "restarting"].includes(before.kind);
  const wasUp = isUp || step.actedAt !== undefined;
  const isNew = isUp && await noteAction(certStore, service, about.certificates, new Date());
  try {
    const result = await commands.act(service);
    if (result.kind === "done") {
      const problem = await probeAll(step, run);
      if (problem === undefined) return { step, wasUp };
      await failAction(step, problem, wasUp, run);
    } else if (result.kind === "failed") {
      await failAction(step, run.hide(result.message, about.certificates), wasUp, run);
      // An action that only --force asked for, and that left the service up, leaves nothing pending.
      if (isNew && (await commands.observe([service])).get(service)?.kind === "up") {
        dropPendingAction(certStore, service, run.emit);
      }
      if (result.timedOut) return "timed-out";
    } else if (wasUp) {
      // The pending action keeps the message of the action that failed.
      fail(service, `${howDown(step)}; ${startAdvice(step.action)}`, run);
    } else {
      removePendingAction(certStore, service);
      skip(service, result.message, run);
    }
  } catch (error) {
    await failAction(step, plainCause(error), wasUp, run);
  }
  return undefined;
}

function howDown({ actedAt }: ServiceStep): string {
  return actedAt === undefined
    ? "it was up before the actions of this run, but is down now"
    : `it was up before the action of ${formatTime(actedAt)}, but is down now`;
}

async function finish(step: ServiceStep, run: ServicesRun): Promise<void> {
  const { service, action } = step;
  try {
    removePendingAction(run.certStore, service);
    run.emit({ kind: "acted", service, action: actionName(action) });
  } catch (error) {
    await noteFailure(run.certStore, service, plainCause(error));
    fail(service, plainCause(error), run);
  }
}

async function failAction(
  { service }: ServiceStep,
  message: string,
  wasUp: boolean,
  run: ServicesRun,
): Promise<void> {
  await noteFailedAction(run.certStore, service, message, wasUp ? new Date() : undefined);
  fail(service, message, run);
}

function fail(subject: string, message: string, { emit }: ServicesRun): void {
  emit({ kind: "failed", step: "service", subject, message });
}

function skip(subject: string, message: string, { emit }: ServicesRun): void {
  emit({ kind: "skipped", step: "service", subject, message });
}

/** Whether the server had nothing new for all that would have changed. */
function isUnchanged({ certificates }: ServiceStep, { results }: ServicesRun): boolean {
  return certificates.length > 0 &&
    certificates.every((name) => results.get(name)?.state === "none");
}

/** Why the step is skipped: what it depends on was not done. */
export function skipReason(
  step: ServiceStep | ValidateStep,
  { results }: ServicesRun,
): string | undefined {
  const inState = (state: Result["state"]) =>
    step.certificates.filter((name) => results.get(name)?.state === state);
  const half = inState("half");
  if (half.length > 0) return notInPlace(half);
  if (step.pending.reason !== "deployed" || inState("deployed").length > 0) {
    const torn = step.certificates.filter((name) => results.get(name)?.torn);
    return torn.length > 0 ? notInPlace(torn) : undefined;
  }
  const rolledBack = inState("rolled-back");
  return rolledBack.length > 0
    ? `the files of ${rolledBack.join(", ")} were rolled back`
    : "nothing was deployed for it";
}

function notInPlace(names: readonly string[]): string {
  return `the files of ${names.join(", ")} are not all in place`;
}

/** @returns Why a new certificate is not served. */
async function probeAll(
  { probes }: ServiceStep,
  { certStore, results, stop, emit }: ServicesRun,
): Promise<string | undefined> {
  for (const { certificate, probe } of probes) {
    const warn = (message: string) => emit({ kind: "warning", subject: certificate, message });
    const state = results.get(certificate)?.state ?? "none";
    // If the new files are not in place, the old ones are served.
    if (state === "failed" || state === "half" || state === "rolled-back") continue;
    const problem = await awaitServed(certStore, certificate, probe, stop, warn);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
