/** Observes the host and plans; what is replaced is looked at more closely. */
import type { Host } from "../command/host.ts";
import type { CertificateSpec, Config } from "../config/types.ts";
import { observe } from "../observe/observe.ts";
import { plan } from "../plan/plan.ts";
import type { Selection } from "../plan/selection.ts";
import type { Plan } from "../plan/types.ts";

/** @param specs The certificates that the command is about. */
export async function makePlan(
  config: Config,
  specs: readonly CertificateSpec[],
  host: Host,
  selection?: Selection,
): Promise<Plan> {
  const observation = await observe(config, host.now());
  const now = host.now();
  const made = plan(config, specs, observation, now, selection);
  const written = made.steps.flatMap((step) => step.kind === "deploy" ? step.targets : []);
  if (written.length === 0) return made;
  const { observeAcls } = await import("../observe/acls.ts");
  const seen = await observeAcls(observation, new Set(written.map(({ path }) => path)));
  return seen === observation ? made : plan(config, specs, seen, now, selection);
}
