/** `SSLKEYLOGFILE`: the runtime writes the secrets of TLS connections to the file that it names. */
import { printable } from "../../text/quote.ts";
import type { Environment } from "./environment.ts";

/** Why no server may be contacted, or undefined. Deleting the variable here would be too late. */
export function keyLogProblem({ env }: Pick<Environment, "env">): string | undefined {
  const path = env("SSLKEYLOGFILE");
  if (!path) return undefined;
  return `SSLKEYLOGFILE is set, so the secrets of TLS connections would be written to ` +
    `"${printable(path)}"; VCM contacts no server while it is set; fix: unset SSLKEYLOGFILE`;
}
