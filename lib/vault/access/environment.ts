/** Where settings come from beside the file: the process's own in the program, made up in tests. */
import type { FileText } from "../../host/regular_file.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { VaultError } from "../errors.ts";

export interface Environment {
  readonly env: (name: string) => string | undefined;
  /** Text and permission bits of a regular file, links followed. */
  readonly read: (path: string) => FileText;
  /** Names of all that lies in a directory. */
  readonly list: (path: string) => readonly string[];
  readonly exists: (path: string) => boolean;
}

/** What is read from a path that the operator named; throws VaultError where it cannot be read. */
export function readNamed<T>(what: string, path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    throw new VaultError(`Cannot read ${what} "${path}": ${plainCause(error)}`, { cause: error });
  }
}
