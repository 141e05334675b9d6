/** Secrets that lie in files of their own. */
import { openSecret } from "../../host/open_secret.ts";
import { VaultError } from "../errors.ts";
import { type Environment, readNamed } from "./environment.ts";

/**
 * The text of a file that its mode opens to its owner alone, without the space around it.
 *
 * @param what As a message names it: "the token".
 *
 * Throws VaultError where it cannot be read, is empty, or is open to others.
 */
export function readSecretFile(what: string, path: string, environment: Environment): string {
  const { text, mode } = readNamed(`${what} in`, path, environment.read);
  requireClosed(path, mode);
  return filled(what, path, text);
}

/** The same for a file whose mode is somebody else's business. */
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
 * The text, if it can stand in a header of HTTP. The runtime's own error would show it, and it is
 * one line of printable ASCII wherever Vault made it.
 */
export function sendable(text: string, what: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new VaultError(
    `${what} contains a space, a newline or another character that is not allowed`,
  );
}
