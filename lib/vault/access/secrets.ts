/** Secrets and where they come from: variables, systemd credentials, files. */
import { openSecret } from "../../host/regular_file.ts";
import { VaultError } from "../errors.ts";
import { type Environment, readNamed, readVariable } from "./environment.ts";

/** A text and its source. */
export interface Found {
  readonly text: string;
  readonly from: string;
}

/** The first source that has a value. */
export function firstOf(sources: readonly (() => Found | undefined)[]): Found | undefined {
  for (const find of sources) {
    const found = find();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @param name Without its prefix: `TOKEN`. */
export function fromVariable(name: string, environment: Environment): Found | undefined {
  const variable = readVariable(environment, name);
  return variable && { text: variable.text, from: variable.name };
}

/** A credential of the systemd unit (systemd.exec(5), LoadCredential). systemd sets its mode. */
export function fromSystemd(name: string, environment: Environment): Found | undefined {
  const path = credentialPath(name, environment);
  return path === undefined
    ? undefined
    : { text: readOpenFile("the credential", path, environment), from: `the credential "${name}"` };
}

/** The path of a systemd credential, if there is one. */
export function credentialPath(name: string, environment: Environment): string | undefined {
  const directory = environment.env("CREDENTIALS_DIRECTORY");
  const path = `${directory}/${name}`;
  return directory && environment.exists(path) ? path : undefined;
}

/** @param what Its name in messages: "the token". */
export function fromFile(what: string, path: string, environment: Environment): Found {
  return { text: readSecretLine(what, path, environment), from: `"${path}"` };
}

/** The same, if the file exists. */
export function fromFileIfExists(
  what: string,
  path: string | undefined,
  environment: Environment,
): Found | undefined {
  return path !== undefined && environment.exists(path)
    ? fromFile(what, path, environment)
    : undefined;
}

/**
 * The trimmed text of a file that only its owner can open.
 *
 * Throws VaultError if it cannot be read, is empty, or is open to others.
 */
export function readSecretFile(what: string, path: string, environment: Environment): string {
  const { text, mode } = readNamed(`${what} in`, path, environment.read);
  const open = openSecret(path, mode);
  if (open !== undefined) throw new VaultError(open);
  return filled(what, path, text);
}

/** The same for a secret of one line, such as a token: the file may be the output of a command. */
export function readSecretLine(what: string, path: string, environment: Environment): string {
  const text = readSecretFile(what, path, environment);
  if (!/[\r\n]/.test(text)) return text;
  throw new VaultError(
    `Cannot use ${what}: the file "${path}" has several lines; it must contain only the secret`,
  );
}

/** As `readSecretFile()`, but the mode of the file is not checked. */
export function readOpenFile(what: string, path: string, environment: Environment): string {
  return filled(what, path, readNamed(`${what} in`, path, environment.read).text);
}

function filled(what: string, path: string, text: string): string {
  const trimmed = text.trim();
  if (trimmed !== "") return trimmed;
  throw new VaultError(`Cannot use ${what}: the file "${path}" is empty`);
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
