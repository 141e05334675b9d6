/**
 * Carries out a plan, step by step. A failed step skips the steps that depend on it and nothing else.
 * The plan, the access to the server and the events are plain data, so that this can run in a worker
 * that has only the plan's permissions.
 */
import { readText } from "../host/read.ts";
import { storedFile } from "../store/store_paths.ts";
import { redact } from "../text/secret.ts";
import { plainCause } from "../text/plain_cause.ts";
import { keptDirectory } from "../plan/bundle.ts";
import type { ClearStep, Plan, TransferStep } from "../plan/types.ts";
import {
  type CertificateWork,
  type Result,
  type Tools,
  workOnCertificate,
} from "./certificate_steps.ts";
import { forget } from "./refused_answer.ts";
import { removeKept } from "./rollback.ts";
import { type Emit, unfailing } from "./events.ts";
import { forEachInFlight } from "../host/in_flight.ts";
import { Semaphore } from "../host/semaphore.ts";
import { certificatesInFlight } from "./open_files.ts";
import type { Commands } from "./commands/commands.ts";
import { PendingActions } from "./pending_actions.ts";
import { Writers } from "./writers/writers.ts";
import { dropPendingAction, transferPendingAction } from "../store/pending_action.ts";
import { type AccessInput, SessionOnce } from "./session_once.ts";
import { Stop } from "./stop.ts";
import { forgetPendingValidation } from "../store/pending_validation.ts";

export interface ApplyInput {
  readonly plan: Plan;
  readonly access: AccessInput;
  /** What the output of commands must not show; the session adds what it learns. */
  readonly secrets?: readonly string[];
}

/** Certificates that are issued at one time; 8 keep a server with 2 cores busy. */
const ISSUING = 8;

/** Certificates in flight at one time: those that are deployed share syncs of directories. */
const IN_FLIGHT = 2 * ISSUING;

/**
 * @param commands Runs the programs of the plan.
 * @param stop Can end the run before all is done; what is left counts as failed.
 */
export async function apply(
  { plan, access, secrets = [] }: ApplyInput,
  listener: Emit,
  commands: Commands,
  stop: Stop = new Stop(),
): Promise<void> {
  const emit = unfailing(listener);
  const sessions = new SessionOnce(access, emit, stop);
  const writers = new Writers(commands);
  const pendingActions = new PendingActions(plan.certStore, emit);
  const issuing = new Semaphore(ISSUING);
  const tools: Tools = { sessions, writers, pendingActions, issuing, emit, stop };
  const results = new Map<string, Result>();
  try {
    for (const step of plan.steps) {
      if (step.kind === "transfer") await transfer(step, plan.certStore, emit);
      if (step.kind === "forget") forget(step, plan.certStore, emit);
    }
    const works = gatherWork(plan);
    const limit = certificatesInFlight(plan.certStore, Math.min(IN_FLIGHT, works.length));
    await forEachInFlight(works, limit, async (work) => {
      results.set(work.name, await workOnCertificate(work, tools));
    });
    const hide = (text: string, certificates: readonly string[]) => {
      const keys = certificates.flatMap((name) => keyLines(plan.certStore, name));
      return redact(text, [...secrets, ...sessions.secrets, ...keys]);
    };
    const run = { certStore: plan.certStore, results, writers, emit, hide, stop };
    // All new files are validated before the first service loads any of them.
    const steps = plan.steps.filter((step) => step.kind === "service" || step.kind === "validate");
    const failures = steps.length > 0
      ? await (await import("./services/validate.ts")).validateNewFiles(steps, run)
      : new Map<string, string>();
    for (const [name, { state, replaced }] of results) {
      if (replaced.length === 0 || state === "half") continue;
      if (forgetPendingValidation(plan.certStore, name, emit)) await removeKept(replaced, writers);
    }
    if (steps.length > 0) await (await import("./services/serve.ts")).serve(steps, failures, run);
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
    if (step.kind === "revoke") add(step.certificate, { revoke: step });
    if (step.kind === "issue") add(step.certificate, { issue: step });
    if (step.kind === "fetch") add(step.certificate, { fetch: step });
    if (step.kind === "deploy") add(step.certificate, { deploy: step });
  }
  return [...works.values()];
}

/** Called after the services' actions, because a service may still read the old set until then. */
async function clearBundles({ steps }: Plan, emit: Emit): Promise<void> {
  for (const step of steps) {
    if (step.kind !== "deploy") continue;
    for (const { what, path, endsBundle } of step.targets) {
      if (what !== "bundle" && !endsBundle) continue;
      for (const { directory, foreign } of (await import("./bundle.ts")).clearBundle(path)) {
        const message = keptDirectory(directory, foreign);
        emit({ kind: "warning", subject: step.certificate, message });
      }
    }
  }
}

/** Called before all else, so that each pending action belongs to a service that the plan acts on. */
async function transfer(
  { pendingAction, successors }: TransferStep,
  certStore: string,
  emit: Emit,
): Promise<void> {
  try {
    await transferPendingAction(certStore, pendingAction, successors);
    const detail = `its pending action was transferred to ${successors.join(", ")}`;
    emit({ kind: "cleared", service: pendingAction, detail });
  } catch (error) {
    emit({ kind: "failed", step: "service", subject: pendingAction, message: plainCause(error) });
  }
}

function clear({ service, detail }: ClearStep, certStore: string, emit: Emit): void {
  if (dropPendingAction(certStore, service, emit)) emit({ kind: "cleared", service, detail });
}

/** A private key without its first and last line, by line and as a whole: a command may print any of it. */
function keyLines(certStore: string, name: string): string[] {
  const key = readText(storedFile(certStore, name, "privkey"));
  if (key.kind !== "present") return [];
  const lines = key.value.split("\n").filter((line) => !line.startsWith("-----"));
  return [...lines, lines.join("")];
}
