/** Refuses probes while `SSLKEYLOGFILE` is set. */
import type { Config } from "../config/types.ts";
import { keyLogProblem } from "../vault/access/environment.ts";
import type { Host } from "../command/host.ts";
import { hasProbes } from "../command/load.ts";

/** Throws an Error if a probe would write its TLS secrets to a file. */
export function refuseKeyLog(config: Config, host: Host): void {
  const problem = keyLogProblem(host);
  if (problem !== undefined && hasProbes(config)) throw new Error(problem);
}
