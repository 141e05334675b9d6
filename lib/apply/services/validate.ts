/**
 * Lets services judge the new files before any service loads them. Where one finds fault, the files
 * that this run deployed for it are put back as they were; the store keeps the new certificate, and
 * the next run deploys it again without issuing.
 */
import { plainCause } from "../../text/plain_cause.ts";
import type { ServiceStep, ValidateStep } from "../../plan/types.ts";
import type { Result } from "../certificate_steps.ts";
import { putBack } from "../deploy.ts";
import { dropPendingAction } from "../../store/pending_action.ts";
import { runServiceCommand } from "./command.ts";
import type { ServicesRun } from "./run.ts";
import { whyNot } from "./serve.ts";

/** @returns What each service found, by its id. */
export async function judgeNewFiles(
  steps: readonly (ServiceStep | ValidateStep)[],
  run: ServicesRun,
): Promise<ReadonlyMap<string, string>> {
  const faults = new Map<string, string>();
  for (const step of steps) {
    if (whyNot(step, run) !== undefined) continue;
    const fault = await findFault(step);
    if (fault === undefined) continue;
    const names: string[] = [];
    for (const name of step.certificates) {
      if (await revert(name, step.service, run)) names.push(name);
    }
    const back = names.length === 0 ? "" : `; the files of ${names.join(", ")} were rolled back`;
    const idle = step.kind === "service" ? "; its action was not run" : "";
    faults.set(step.service, `${fault}${idle}${back}`);
  }
  for (const [name, result] of run.results) {
    if (result.state === "rolled-back") dropVainPendingActions(name, result, faults, run);
  }
  return faults;
}

async function findFault(step: ServiceStep | ValidateStep): Promise<string | undefined> {
  for (const command of step.validate) {
    try {
      const result = await runServiceCommand(command, step);
      if (result.kind === "failed") return result.message;
    } catch (error) {
      return plainCause(error);
    }
  }
  return undefined;
}

async function revert(
  name: string,
  service: string,
  { results, writers, emit }: ServicesRun,
): Promise<boolean> {
  const result = results.get(name);
  // What services read from the store is not put back: the old set is gone.
  if (result?.state !== "deployed" || result.replaced.length === 0) return false;
  try {
    await putBack(result.replaced, writers);
    result.state = "rolled-back";
    const paths = result.replaced.map(({ path }) => path);
    emit({ kind: "rolled-back", certificate: name, service, paths });
    return true;
  } catch (error) {
    result.state = "half";
    const message = `${(error as Error).message}; its files are from two sets until the next run`;
    emit({ kind: "failed", step: "deploy", subject: name, message });
    return false;
  }
}

/** Services that have their old files again owe nothing for the new ones. */
function dropVainPendingActions(
  name: string,
  { newPendingActions }: Result,
  faults: ReadonlyMap<string, string>,
  { certStore, results, emit }: ServicesRun,
): void {
  for (const service of newPendingActions) {
    const others = [...results].some(([other, { state, services }]) =>
      other !== name && (state === "deployed" || state === "half") && services.includes(service)
    );
    if (!faults.has(service) && !others) dropPendingAction(certStore, service, emit);
  }
}
