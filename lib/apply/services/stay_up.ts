/**
 * Checks services again some time after their actions: a service that cannot use the new files may end
 * only after its manager has reported success.
 *
 * Not guaranteed: a service that ends later than that is not noticed.
 */
import { actionName } from "../../plan/desired_service.ts";
import type { ServiceStep } from "../../plan/types.ts";
import type { Commands, Running } from "../commands/commands.ts";
import { pause, type Stop } from "../stop.ts";
import { logAdvice, startAdvice } from "./advice.ts";

/**
 * Waits for the longest `settle` of all services together, and looks at them again. A service that is
 * still starting is waited for up to its `timeout`.
 *
 * @param steps Those whose actions are done.
 * @param earlier How the services were before the actions of the run.
 * @returns What is wrong, or not known because the run has to hurry, by service.
 */
export async function findFallen(
  steps: readonly ServiceStep[],
  earlier: ReadonlyMap<string, Running>,
  commands: Commands,
  stop: Stop,
): Promise<ReadonlyMap<string, string>> {
  const fallen = new Map<string, string>();
  if (steps.length === 0) return fallen;
  const settle = Math.max(...steps.map(({ settle }) => settle));
  const began = performance.now();
  const observe = (steps: readonly ServiceStep[]) =>
    commands.observe(steps.map(({ service }) => service));
  let before = await observe(steps);
  // When the run has to hurry, services cannot be asked.
  let open = steps.filter(({ service }) =>
    stop.hurried.aborted || before.get(service)?.kind !== "unknown"
  );
  for (let looks = 1; open.length > 0; looks++) {
    await pause(settle * 1000, stop.hurried);
    const now = await observe(open);
    if (stop.hurried.aborted) {
      for (const { service, action } of open) {
        const unseen = `after the ${actionName(action)} it was not seen to stay up`;
        fallen.set(service, `${unseen}, because ${stop.why}`);
      }
      break;
    }
    const waited = performance.now() - began;
    open = open.filter((step) => {
      const { service } = step;
      const looked = { earlier: earlier.get(service), before: before.get(service) };
      const verdict = compare(step, looked, now.get(service), settle);
      if (verdict.kind === "steady") return false;
      // A single observation cannot show that a service keeps running.
      if (verdict.kind === "unsteady" && (looks < 2 || waited < step.timeout * 1000)) return true;
      const after = `after the ${actionName(step.action)} `;
      const advice = verdict.kind === "down" ? startAdvice(step.action) : logAdvice(step.action);
      fallen.set(step.service, `${after}${verdict.how}; ${advice}`);
      return false;
    });
    before = now;
  }
  return fallen;
}

type Verdict =
  | { readonly kind: "steady" }
  | { readonly kind: "unsteady" | "down" | "restarted"; readonly how: string };

/** What was seen before the action, and at the last look after it. */
interface Looked {
  readonly earlier: Running | undefined;
  readonly before: Running | undefined;
}

function compare(
  { action }: ServiceStep,
  { earlier, before }: Looked,
  now: Running | undefined,
  settle: number,
): Verdict {
  // A signal may end a service whose manager is to start it again.
  const mayRestart = "control" in action && action.control === "signal";
  switch (now?.kind) {
    case undefined:
    case "unknown":
      return { kind: "unsteady", how: "its manager does not say whether it stays up" };
    case "ended":
      return { kind: "steady" };
    case "up": {
      const grown = (now.restarts ?? 0) - Math.min(restartsOf(earlier), restartsOf(before));
      if (grown > 0 && !mayRestart) {
        return { kind: "restarted", how: "it ended, and its manager has started it again" };
      }
      if (now.hasMain === false && [earlier, before].some(hadMain)) {
        return { kind: "restarted", how: "its main process has ended" };
      }
      const same = before?.kind === "up" && before.start === now.start;
      const how = `it did not stay up for ${settle} s without a restart`;
      return same ? { kind: "steady" } : { kind: "unsteady", how };
    }
    case "between":
      return { kind: "unsteady", how: now.how };
    case "restarting":
      return { kind: mayRestart ? "unsteady" : "restarted", how: now.how };
    case "down":
      return { kind: "down", how: now.how };
  }
}

function restartsOf(running: Running | undefined): number {
  return running !== undefined && "restarts" in running ? running.restarts ?? Infinity : Infinity;
}

function hadMain(running: Running | undefined): boolean {
  return running?.kind === "up" && running.hasMain === true;
}
