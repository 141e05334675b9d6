/**
 * Carries out a plan. It obeys the plan's steps and decides nothing again: a failed step skips what
 * hangs on it and nothing else. In go the plan and the way to the server, out come events, all of
 * them plain data, so that this can run in a thread that holds only the plan's permissions.
 */
import type { Plan, ServiceStep, SettleStep, Step } from "../plan/types.ts";
import { plainCause } from "../config/plain_cause.ts";
import { type CertificateWork, type Deployed, workOnCertificate } from "./certificate_steps.ts";
import { type Emit, unfailing } from "./events.ts";
import { dropMarker, removeMarker } from "./marker.ts";
import { type AccessOrder, SessionOnce } from "./session_once.ts";
import { actOnUnit } from "./systemd.ts";

export interface ApplyOrder {
  readonly plan: Plan;
  readonly access: AccessOrder;
}

/** Certificates that are asked for at one time: a server with 2 cores is busy with 8. */
const IN_FLIGHT = 8;

export async function apply({ plan, access }: ApplyOrder, listener: Emit): Promise<void> {
  const emit = unfailing(listener);
  const sessions = new SessionOnce(access, emit);
  const deployed = new Map<string, Deployed>();
  try {
    await forEachInFlight(gatherWork(plan), async (work) => {
      deployed.set(work.name, await workOnCertificate(work, sessions, emit));
    });
    for (const step of plan.steps) {
      if (step.kind === "service") await serve(step, plan.certStore, deployed, emit);
      else if (step.kind === "settle") settle(step, plan.certStore, emit);
    }
  } finally {
    await sessions.close();
  }
}

function gatherWork(plan: Plan): CertificateWork[] {
  const works = new Map<string, CertificateWork>();
  const add = (name: string, part: Partial<CertificateWork>) =>
    works.set(name, { name, certStore: plan.certStore, ...works.get(name), ...part });
  for (const step of plan.steps) {
    if (step.kind === "tidy") add(step.certificate, { tidy: step });
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

async function serve(
  step: ServiceStep,
  certStore: string,
  deployed: ReadonlyMap<string, Deployed>,
  emit: Emit,
): Promise<void> {
  const { unit, control } = step;
  const setback = (kind: "failed" | "skipped", message: string) =>
    emit({ kind, step: "service", subject: unit, message });
  const half = step.certificates.filter((name) => deployed.get(name) === "half");
  if (half.length > 0) {
    return setback("skipped", `the files of ${half.join(", ")} are not all in place`);
  }
  if (
    step.debt.reason === "deployed" &&
    !step.certificates.some((name) => deployed.get(name) === "yes")
  ) {
    return setback("skipped", "nothing was deployed for it");
  }
  try {
    const result = await actOnUnit(unit, control);
    if (result.kind === "failed") return setback("failed", result.message);
    removeMarker(certStore, unit);
    if (result.kind === "done") emit({ kind: "acted", unit, control });
    else setback("skipped", result.message);
  } catch (error) {
    setback("failed", plainCause(error));
  }
}

function settle({ unit, detail }: SettleStep, certStore: string, emit: Emit): void {
  if (dropMarker(certStore, unit, emit)) emit({ kind: "settled", unit, detail });
}

/** Whether carrying out the plan needs the server. */
export function needsServer(plan: Plan): boolean {
  return plan.steps.some((step: Step) => step.kind === "issue");
}
