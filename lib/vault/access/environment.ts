/**
 * Where settings come from besides the configuration file: the environment of the process, or a
 * fake one in tests.
 */
import type { FileText } from "../../host/regular_file.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { VaultError } from "../errors.ts";

export interface Environment {
  readonly env: (name: string) => string | undefined;
  /** Text and permission bits of a regular file. Links are followed. */
  readonly read: (path: string) => FileText;
  /** Names of all entries of a directory. */
  readonly list: (path: string) => readonly string[];
  readonly exists: (path: string) => boolean;
}

/** Reads a path that the operator named. Throws VaultError if it cannot be read. */
export function readNamed<T>(what: string, path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    throw new VaultError(`Cannot read ${what} "${path}": ${plainCause(error)}`, { cause: error });
  }
}
