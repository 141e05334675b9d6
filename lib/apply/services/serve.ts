/** Carries out a service's step: its action, and the proof that it serves what it loaded. */
import { plainCause } from "../../config/plain_cause.ts";
import { actionName } from "../../plan/action_name.ts";
import type { JudgeStep, ServiceStep } from "../../plan/types.ts";
import { noteFailure, removeMarker } from "../marker.ts";
import { act } from "./act.ts";
import { awaitServed } from "./await_served.ts";
import type { ServicesRun } from "./run.ts";

/** Says what a service that does not act found in its new files. */
export function tellFault(
  { service }: JudgeStep,
  fault: string | undefined,
  { certStore, emit }: ServicesRun,
): void {
  if (fault === undefined) return;
  noteFailure(certStore, service, fault);
  emit({ kind: "failed", step: "service", subject: service, message: fault });
}

/** @param fault What the service found in its new files. */
export async function serve(
  step: ServiceStep,
  fault: string | undefined,
  run: ServicesRun,
): Promise<void> {
  const { service } = step;
  const { certStore, emit } = run;
  const fail = (message: string) => {
    noteFailure(certStore, service, message);
    emit({ kind: "failed", step: "service", subject: service, message });
  };
  const skip = (message: string) =>
    emit({ kind: "skipped", step: "service", subject: service, message });
  if (fault !== undefined) return fail(fault);
  const reason = whyNot(step, run);
  if (reason !== undefined) return skip(reason);
  try {
    const result = await act(step);
    if (result.kind === "failed") return fail(result.message);
    if (result.kind === "done") {
      const unserved = await findUnserved(step, run);
      if (unserved !== undefined) return fail(unserved);
    }
    removeMarker(certStore, service);
    if (result.kind === "done") emit({ kind: "acted", service, action: actionName(step.action) });
    else skip(result.message);
  } catch (error) {
    fail(plainCause(error));
  }
}

/** Why the step is not carried out: what it hangs on did not come about. */
export function whyNot(
  step: ServiceStep | JudgeStep,
  { results }: ServicesRun,
): string | undefined {
  const having = (state: string) =>
    step.certificates.filter((name) => results.get(name)?.state === state);
  const half = having("half");
  if (half.length > 0) return notInPlace(half);
  if (step.debt.reason !== "deployed" || having("deployed").length > 0) {
    const torn = step.certificates.filter((name) => results.get(name)?.torn);
    return torn.length > 0 ? notInPlace(torn) : undefined;
  }
  const reverted = having("reverted");
  return reverted.length > 0
    ? `the files of ${reverted.join(", ")} were put back`
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
    if (state === "failed" || state === "half" || state === "reverted") continue;
    const problem = await awaitServed(certStore, certificate, probe);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
