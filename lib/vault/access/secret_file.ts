/** Secrets in files of their own. */
import { openSecret } from "../../host/regular_file.ts";
import { VaultError } from "../errors.ts";
import { type Environment, readNamed } from "./environment.ts";

/**
 * The trimmed text of a file that only its owner can open.
 *
 * @param what Its name in messages: "the token".
 *
 * Throws VaultError if it cannot be read, is empty, or is open to others.
 */
export function readSecretFile(what: string, path: string, environment: Environment): string {
  const { text, mode } = readNamed(`${what} in`, path, environment.read);
  requireClosed(path, mode);
  return filled(what, path, text);
}

/** The same, but the mode of the file is not checked. */
export function readOpenFile(what: string, path: string, environment: Environment): string {
  return filled(what, path, readNamed(`${what} in`, path, environment.read).text);
}

function filled(what: string, path: string, text: string): string {
  const trimmed = text.trim();
  if (trimmed !== "") return trimmed;
  throw new VaultError(`Cannot use ${what}: the file "${path}" is empty`);
}

function requireClosed(path: string, mode: number): void {
  const open = openSecret(path, mode);
  if (open !== undefined) throw new VaultError(open);
}

/**
 * Returns the text if it can be sent in an HTTP header. The error of the runtime would show the
 * secret. Vault itself makes one line of printable ASCII.
 */
export function sendable(text: string, what: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new VaultError(
    `${what} contains a space, a newline or another character that is not allowed`,
  );
}
