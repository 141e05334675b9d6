/** Keeps VCM from looking at what services serve while `SSLKEYLOGFILE` is set. */
import type { Config } from "../config/types.ts";
import { keyLogProblem } from "../vault/access/key_log.ts";
import type { Host } from "../command/host.ts";
import { hasProbes } from "../command/load.ts";

/** Throws Error if a probe would leave its secrets in a file. */
export function refuseKeyLog(config: Config, host: Host): void {
  const problem = keyLogProblem(host);
  if (problem !== undefined && hasProbes(config)) throw new Error(problem);
}
