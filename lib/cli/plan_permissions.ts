/** `vcm plan --permissions`: the permissions that `run` would have. */
import { type Rights, rightsFor } from "../apply/permissions.ts";
import type { Config } from "../config/types.ts";
import { findMetricsPlace } from "./metrics_place.ts";
import type { Plan } from "../plan/types.ts";
import { findAccess } from "../command/find_access.ts";
import type { Host } from "../command/host.ts";

/** Reads what a run would read to find the server, but does not log in. */
export async function permissionsOf(plan: Plan, config: Config, host: Host): Promise<Rights> {
  const metrics = config.metricsFile === undefined
    ? undefined
    : await findMetricsPlace(config.metricsFile);
  const place = metrics?.kind === "place" ? metrics : undefined;
  return rightsFor(plan, findAccess(config, host), place);
}
