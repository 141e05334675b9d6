/**
 * Carries out a plan. It obeys the plan's steps and decides nothing again: a failed step skips what
 * hangs on it and nothing else. In go the plan and the way to the server, out come events, all of
 * them plain data, so that this can run in a thread that holds only the plan's permissions.
 */
import { plainCause } from "../text/plain_cause.ts";
import type { ClearStep, Plan, TransferStep } from "../plan/types.ts";
import {
  type CertificateWork,
  type Result,
  type Tools,
  workOnCertificate,
} from "./certificate_steps.ts";
import { forgetReplaced } from "./deploy.ts";
import { type Emit, unfailing } from "./events.ts";
import { Writers } from "./writers/writers.ts";
import { dropPendingAction, transferPendingAction } from "../store/pending_action.ts";
import { type AccessInput, SessionOnce } from "./session_once.ts";
import { serve } from "./services/serve.ts";
import { forgetPendingValidation } from "../store/pending_validation.ts";
import { judgeNewFiles } from "./services/validate.ts";
import { Mutex } from "./mutex.ts";

export interface ApplyInput {
  readonly plan: Plan;
  readonly access: AccessInput;
}

/** Certificates that are asked for at one time: a server with 2 cores is busy with 8. */
const IN_FLIGHT = 8;

export async function apply({ plan, access }: ApplyInput, listener: Emit): Promise<void> {
  const emit = unfailing(listener);
  const sessions = new SessionOnce(access, emit);
  const writers = new Writers();
  const tools: Tools = { sessions, writers, mutex: new Mutex(), emit };
  const results = new Map<string, Result>();
  try {
    for (const step of plan.steps) {
      if (step.kind === "transfer") transfer(step, plan.certStore, emit);
    }
    await forEachInFlight(gatherWork(plan), async (work) => {
      results.set(work.name, await workOnCertificate(work, tools));
    });
    const run = { certStore: plan.certStore, results, writers, emit };
    // All new files are judged before the first service loads any of them.
    const judges = plan.steps.filter((step) => step.kind === "service" || step.kind === "validate");
    const faults = await judgeNewFiles(judges, run);
    for (const [name, { state, replaced }] of results) {
      if (replaced.length === 0 || state === "half") continue;
      forgetPendingValidation(plan.certStore, name, emit);
      await forgetReplaced(replaced, writers);
    }
    await serve(judges, faults, run);
    for (const step of plan.steps) {
      if (step.kind === "clear") clear(step, plan.certStore, emit);
    }
    await clearBundles(plan, emit);
  } finally {
    await writers.close();
    await sessions.close();
  }
}

function gatherWork(plan: Plan): CertificateWork[] {
  const works = new Map<string, CertificateWork>();
  const add = (name: string, part: Partial<CertificateWork>) =>
    works.set(name, { name, certStore: plan.certStore, ...works.get(name), ...part });
  for (const step of plan.steps) {
    if (step.kind === "recover") add(step.certificate, { recover: step });
    else if (step.kind === "issue") add(step.certificate, { issue: step });
    else if (step.kind === "deploy") add(step.certificate, { deploy: step });
  }
  return [...works.values()];
}

async function forEachInFlight<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, items.length) }, worker));
}

/** After the services: one that is loading the old set comes to its end. */
async function clearBundles({ steps }: Plan, emit: Emit): Promise<void> {
  for (const step of steps) {
    if (step.kind !== "deploy") continue;
    for (const { what, path, endsBundle } of step.targets) {
      if (what !== "bundle" && !endsBundle) continue;
      const warn = (message: string) =>
        emit({ kind: "warning", subject: step.certificate, message });
      (await import("./bundle.ts")).clearBundle(path, warn);
    }
  }
}

/** Before anything else: from then on each debt is that of a service that can pay it. */
function transfer(
  { pendingAction, successors }: TransferStep,
  certStore: string,
  emit: Emit,
): void {
  try {
    transferPendingAction(certStore, pendingAction, successors);
    const detail = `its pending action was transferred to ${successors.join(", ")}`;
    emit({ kind: "cleared", service: pendingAction, detail });
  } catch (error) {
    emit({ kind: "failed", step: "service", subject: pendingAction, message: plainCause(error) });
  }
}

function clear({ service, detail }: ClearStep, certStore: string, emit: Emit): void {
  if (dropPendingAction(certStore, service, emit)) emit({ kind: "cleared", service, detail });
}
