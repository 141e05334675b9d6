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

/** Milliseconds for which a service must run without a restart. */
const STEADY = 2_000;

/**
 * Waits until each service has run for `STEADY`, or is down, but no longer than its `timeout`. It waits
 * for all services together.
 *
 * @param steps Those whose actions are done.
 * @returns What is wrong, or not known because the run has to hurry, by service.
 */
export async function findFallen(
  steps: readonly ServiceStep[],
  commands: Commands,
  stop: Stop,
): Promise<ReadonlyMap<string, string>> {
  const fallen = new Map<string, string>();
  const began = performance.now();
  const observe = (steps: readonly ServiceStep[]) =>
    commands.observe(steps.map(({ service }) => service));
  let before = await observe(steps);
  // When the run has to hurry, services cannot be asked.
  let open = steps.filter(({ service }) =>
    stop.hurried.aborted || before.get(service)?.kind !== "unknown"
  );
  for (let looks = 1; open.length > 0; looks++) {
    await pause(STEADY, stop.hurried);
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
      const verdict = compare(before.get(step.service), now.get(step.service));
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

const UNSTEADY = `it did not stay up for ${STEADY / 1000} s without a restart`;

type Verdict =
  | { readonly kind: "steady" }
  | { readonly kind: "unsteady" | "down"; readonly how: string };

function compare(before: Running | undefined, now: Running | undefined): Verdict {
  switch (now?.kind) {
    case undefined:
    case "unknown":
    case "ended":
      return { kind: "steady" };
    case "up": {
      const same = before?.kind === "up" && before.start === now.start;
      return same ? { kind: "steady" } : { kind: "unsteady", how: UNSTEADY };
    }
    case "between":
      return { kind: "unsteady", how: now.how };
    case "down":
      return { kind: "down", how: now.how };
  }
}
