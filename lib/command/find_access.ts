/** How to reach the server, for commands that need it. */
import type { Emit } from "../apply/events.ts";
import type { AccessInput } from "../apply/session_once.ts";
import * as places from "../config/scalars/places.ts";
import type { Config } from "../config/types.ts";
import { resolveAccess } from "../vault/access/access.ts";
import { unverifiedBy } from "../vault/access/server_access.ts";
import { keyLogProblem, readVariable } from "../vault/access/environment.ts";
import type { Host } from "./host.ts";
import { hasProbes } from "./load.ts";

/** Never throws: what is missing is reported when the server is needed. */
export function findAccess(config: Config, host: Host): AccessInput {
  try {
    return resolveAccess(config.vault, host);
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** Warns on every run, whether or not a request is sent. Reads no file. */
export function warnUnverified({ vault }: Config, host: Host, emit: Emit): void {
  try {
    const by = unverifiedBy(vault, host);
    if (by === undefined) return;
    const message =
      `its TLS certificate is not verified (${by}); anyone on the network path can read ` +
      "tokens and keys";
    const variable = readVariable(host, "ADDR");
    const address = variable === undefined ? undefined : places.address.read(variable.text);
    const subject = typeof address === "string" ? address : vault.addresses.join(", ");
    emit({ kind: "warning", subject, message });
  } catch {
    return; // An invalid variable is reported when the server is needed.
  }
}

/** Throws an Error if a probe would write its TLS secrets to the file of `SSLKEYLOGFILE`. */
export function refuseKeyLog(config: Config, host: Host): void {
  const problem = keyLogProblem(host);
  if (problem !== undefined && hasProbes(config)) throw new Error(problem);
}
