/**
 * The variables of the `vault` and `bao` commands. Of the two names, that of OpenBao takes
 * precedence, as in `bao` (OpenBao, "Environment variables"). An empty variable counts as unset.
 */
import { parseTimeLimit } from "../../text/duration.ts";
import { VaultError } from "../errors.ts";
import type { Environment } from "./environment.ts";

/** A variable that is set. */
export interface Variable {
  /** The name that is set: `BAO_ADDR` or `VAULT_ADDR`. */
  readonly name: string;
  readonly text: string;
}

/** @param name Without its prefix: `ADDR`. */
export function readVariable(
  { env }: Pick<Environment, "env">,
  name: string,
): Variable | undefined {
  for (const full of [`BAO_${name}`, `VAULT_${name}`]) {
    const text = env(full);
    if (text) return { name: full, text };
  }
  return undefined;
}

/** The words of Go's strconv.ParseBool. Throws VaultError for others. */
export function readSwitch(
  environment: Pick<Environment, "env">,
  name: string,
): boolean | undefined {
  const variable = readVariable(environment, name);
  if (variable === undefined) return undefined;
  if (["1", "t", "T", "true", "TRUE", "True"].includes(variable.text)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(variable.text)) return false;
  throw new VaultError(`${variable.name} must be "true" or "false"`);
}

/** A bare number of seconds, or a duration. Throws VaultError for others. */
export function readSeconds(
  environment: Pick<Environment, "env">,
  name: string,
): number | undefined {
  const variable = readVariable(environment, name);
  if (variable === undefined) return undefined;
  const seconds = parseTimeLimit(variable.text);
  if (seconds !== undefined) return seconds;
  throw new VaultError(`${variable.name} must be a time from "1s" to "1h", such as "60s"`);
}

/** A whole number from 0 to 99. Throws VaultError for others. */
export function readCount(environment: Pick<Environment, "env">, name: string): number | undefined {
  const variable = readVariable(environment, name);
  if (variable === undefined) return undefined;
  if (/^\d{1,2}$/.test(variable.text)) return Number(variable.text);
  throw new VaultError(`${variable.name} must be a whole number from 0 to 99`);
}
