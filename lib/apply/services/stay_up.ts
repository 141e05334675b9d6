/**
 * Looks at services again some time after their actions: one that loads what it cannot use may end
 * only then, and its manager has long said that the action was done.
 *
 * Not seen: a service that ends later than that.
 */
import { actionName } from "../../plan/action_name.ts";
import type { ServiceStep } from "../../plan/types.ts";
import { observeRunning, type Running, startAdvice } from "./running.ts";

/** Milliseconds for which a service has to run without another start. */
const STEADY = 2_000;

/**
 * Waits until each service has run for a while, or is down, for as long as its `timeout` at most.
 * All are waited for together.
 *
 * @param steps Those whose actions were done.
 * @returns What is wrong, by service.
 */
export async function findFallen(
  steps: readonly ServiceStep[],
): Promise<ReadonlyMap<string, string>> {
  const fallen = new Map<string, string>();
  const began = performance.now();
  let before = await observeRunning(steps);
  let open = steps.filter(({ service }) => before.get(service)?.kind !== "unknown");
  while (open.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, STEADY));
    const now = await observeRunning(open);
    const waited = performance.now() - began;
    open = open.filter((step) => {
      const verdict = judge(before.get(step.service), now.get(step.service));
      if (verdict.kind === "steady") return false;
      if (verdict.kind === "unsteady" && waited < step.timeout * 1000) return true;
      const after = `after the ${actionName(step.action)} `;
      fallen.set(step.service, `${after}${verdict.how}; ${startAdvice(step.action)}`);
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

function judge(before: Running | undefined, now: Running | undefined): Verdict {
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
