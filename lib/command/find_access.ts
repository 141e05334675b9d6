/** How to reach the server, for commands that need it. */
import type { Emit } from "../apply/events.ts";
import type { AccessInput } from "../apply/session_once.ts";
import * as places from "../config/scalars/places.ts";
import type { Config } from "../config/types.ts";
import type { Plan } from "../plan/types.ts";
import { listNames } from "../report/paint.ts";
import { socketPath } from "../text/socket_path.ts";
import { addCredentials } from "../vault/access/access.ts";
import { resolveServers, type ServerAccess, unverifiedBy } from "../vault/access/server_access.ts";
import { keyLogProblem, readVariable } from "../vault/access/environment.ts";
import type { Host } from "./host.ts";
import { hasProbes } from "./load.ts";
import { sayOnErr } from "./log_line.ts";
import type { Arguments } from "./parse_arguments.ts";

/** Never throws: what is missing is reported when the server is needed. */
export function findAccess(config: Config, host: Host): AccessInput {
  let servers: ServerAccess | undefined;
  try {
    const resolved = resolveServers(config.vault, host);
    servers = resolved.servers;
    return addCredentials(resolved, config.vault, host);
  } catch (error) {
    const { message: problem } = error as Error;
    return servers === undefined ? { problem } : { ...servers, problem };
  }
}

/** Warns of what a run of the plan asks the server for, if it could not reach it or log in. */
export function warnNoAccess({ steps }: Plan, config: Config, args: Arguments, host: Host): void {
  // What is staged is stored without asking.
  const asking = steps.filter((step) =>
    step.kind === "revoke" || (step.kind === "issue" && step.staged !== true)
  );
  const access = asking.length === 0 ? undefined : findAccess(config, host);
  if (access === undefined || !("problem" in access)) return;
  const kinds = [...new Set(asking.map(({ kind }) => kind))].join(" or ");
  const names = [
    ...new Set(asking.flatMap((step) => "certificate" in step ? step.certificate : [])),
  ];
  const what = `${kinds} ${listNames(names)}`;
  sayOnErr(args, host, "warning", `A run in this environment cannot ${what}: ${access.problem}`);
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
    const addresses = typeof address === "string" ? [address] : vault.addresses;
    const subject = addresses.filter((one) => socketPath(one) === undefined).join(", ");
    if (subject !== "" || addresses.length === 0) emit({ kind: "warning", subject, message });
  } catch {
    return; // An invalid variable is reported when the server is needed.
  }
}

/** Throws an Error if a probe would write its TLS secrets to the file of `SSLKEYLOGFILE`. */
export function refuseKeyLog(config: Config, host: Host): void {
  const problem = keyLogProblem(host);
  if (problem !== undefined && hasProbes(config)) throw new Error(problem);
}
