/**
 * Lets services validate the new files before any service loads them. If a validation fails, the files
 * that this run deployed for the service are rolled back. The store keeps the new certificate, and the
 * next run deploys it again without issuing.
 */
import { plainCause } from "../../text/plain_cause.ts";
import type { ServiceStep, ValidateStep } from "../../plan/types.ts";
import type { Result } from "../certificate_steps.ts";
import { rollBack } from "../rollback.ts";
import { dropPendingAction } from "../../store/pending_action.ts";
import { type ServicesRun, skipReason } from "./serve.ts";

/** @returns Why validation failed, by service. */
export async function validateNewFiles(
  steps: readonly (ServiceStep | ValidateStep)[],
  run: ServicesRun,
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  for (const step of steps) {
    if (skipReason(step, run) !== undefined) continue;
    const failure = await validate(step, run);
    if (failure === undefined) continue;
    const names: string[] = [];
    for (const name of step.certificates) {
      if (await rollBackFiles(name, step.service, run)) names.push(name);
    }
    const back = names.length === 0 ? "" : `; the files of ${names.join(", ")} were rolled back`;
    const idle = step.kind === "service" ? "; its action was not run" : "";
    failures.set(step.service, `${failure}${idle}${back}`);
  }
  for (const [name, result] of run.results) {
    if (result.state === "rolled-back") dropNewPendingActions(name, result, failures, run);
  }
  return failures;
}

async function validate(
  step: ServiceStep | ValidateStep,
  { writers: { commands }, hide, stop }: ServicesRun,
): Promise<string | undefined> {
  for (const index of step.validate.keys()) {
    if (stop.why !== undefined) return `"validate" was not run, because ${stop.why}`;
    try {
      const result = await commands.validate(step.service, index);
      if (result.kind === "failed") return hide(result.message, step.about.certificates);
    } catch (error) {
      return plainCause(error);
    }
  }
  return undefined;
}

async function rollBackFiles(
  name: string,
  service: string,
  { results, writers, emit }: ServicesRun,
): Promise<boolean> {
  const result = results.get(name);
  // The store is not rolled back: its old set is gone.
  if (result?.state !== "deployed" || result.replaced.length === 0) return false;
  try {
    await rollBack(result.replaced, writers);
    result.state = "rolled-back";
    const paths = result.replaced.map(({ path }) => path);
    emit({ kind: "rolled-back", certificate: name, service, paths });
    return true;
  } catch (error) {
    result.state = "half";
    const message =
      `${(error as Error).message}; its files are from two sets: fix that, then run ` +
      '"vcm run"';
    emit({ kind: "failed", step: "deploy", subject: name, message });
    return false;
  }
}

/** Services that have their old files again need not load the new ones. */
function dropNewPendingActions(
  name: string,
  { newPendingActions }: Result,
  failures: ReadonlyMap<string, string>,
  { certStore, results, emit }: ServicesRun,
): void {
  for (const service of newPendingActions) {
    const others = [...results].some(([other, { state, services }]) =>
      other !== name && (state === "deployed" || state === "half") && services.includes(service)
    );
    if (!failures.has(service) && !others) dropPendingAction(certStore, service, emit);
  }
}
