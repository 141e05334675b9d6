/** `vcm plan --permissions`: what `run` would be allowed to touch. */
import { type Rights, rightsFor } from "../apply/rights.ts";
import type { Config } from "../config/types.ts";
import type { Plan } from "../plan/types.ts";
import { findAccess } from "./find_access.ts";
import type { Host } from "./host.ts";

/** Reads what a run would read to find the server, and logs in nowhere. */
export function permissionsOf(plan: Plan, config: Config, host: Host): Rights {
  return rightsFor(plan, findAccess(config, host));
}
