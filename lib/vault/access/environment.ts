/**
 * Settings from outside the configuration file: the environment of the process, or a fake one in
 * tests. Of the two names of a variable of the `vault` and `bao` commands, that of OpenBao takes
 * precedence, as in `bao` (OpenBao, "Environment variables"). An empty variable counts as unset.
 */
import type { FileText } from "../../host/regular_file.ts";
import { parseTimeLimit } from "../../text/duration.ts";
import { causeAndFix, errorCode } from "../../text/plain_cause.ts";
import { printable } from "../../text/quote.ts";
import { VaultError } from "../errors.ts";

export interface Environment {
  readonly env: (name: string) => string | undefined;
  /** Text and permission bits of a regular file. Links are followed. */
  readonly read: (path: string) => FileText;
  /** Names of all entries of a directory. */
  readonly list: (path: string) => readonly string[];
  readonly exists: (path: string) => boolean;
}

type Variables = Pick<Environment, "env">;

/** A variable that is set. */
export interface Variable {
  /** The name that is set: `BAO_ADDR` or `VAULT_ADDR`. */
  readonly name: string;
  readonly text: string;
}

/** Reads a path that the operator named. Throws VaultError if it cannot be read. */
export function readNamed<T>(what: string, path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    const fix = errorCode(error) === "ENOENT" ? "; create it, or give another path" : "";
    const cause = `${causeAndFix(error, path)}${fix}`;
    throw new VaultError(`Cannot read ${what} "${path}": ${cause}`, { cause: error });
  }
}

/** @param name Without its prefix: `ADDR`. */
export function readVariable({ env }: Variables, name: string): Variable | undefined {
  for (const full of [`BAO_${name}`, `VAULT_${name}`]) {
    const text = env(full);
    if (text) return { name: full, text };
  }
  return undefined;
}

/** The words of Go's strconv.ParseBool. Throws VaultError for others. */
export function readSwitch(environment: Variables, name: string): boolean | undefined {
  const variable = readVariable(environment, name);
  if (variable === undefined) return undefined;
  if (["1", "t", "T", "true", "TRUE", "True"].includes(variable.text)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(variable.text)) return false;
  throw new VaultError(`${variable.name} must be "true" or "false"`);
}

/** A bare number of seconds, or a duration. Throws VaultError for others. */
export function readSeconds(environment: Variables, name: string): number | undefined {
  const variable = readVariable(environment, name);
  if (variable === undefined) return undefined;
  const seconds = parseTimeLimit(variable.text);
  if (seconds !== undefined) return seconds;
  throw new VaultError(`${variable.name} must be a time from "1s" to "1h", such as "60s"`);
}

/** A whole number from 0 to 99. Throws VaultError for others. */
export function readCount(environment: Variables, name: string): number | undefined {
  const variable = readVariable(environment, name);
  if (variable === undefined) return undefined;
  if (/^\d{1,2}$/.test(variable.text)) return Number(variable.text);
  throw new VaultError(`${variable.name} must be a whole number from 0 to 99`);
}

/**
 * Why no server may be contacted, or undefined: the runtime writes the secrets of TLS connections to
 * the file that `SSLKEYLOGFILE` names. Deleting the variable here would be too late.
 */
export function keyLogProblem({ env }: Variables): string | undefined {
  const path = env("SSLKEYLOGFILE");
  if (!path) return undefined;
  return `SSLKEYLOGFILE is set, so the secrets of TLS connections would be written to ` +
    `"${printable(path)}"; VCM contacts no server while it is set; fix: unset SSLKEYLOGFILE`;
}
