/** Where secrets come from: variables, systemd credentials, files. */
import { readOpenFile, readSecretFile } from "./secret_file.ts";
import type { Environment } from "./environment.ts";
import { readVariable } from "./variables.ts";

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
    : { text: readOpenFile(`the credential`, path, environment), from: `the credential "${name}"` };
}

/** The path of a systemd credential, if there is one. */
export function credentialPath(name: string, environment: Environment): string | undefined {
  const directory = environment.env("CREDENTIALS_DIRECTORY");
  const path = `${directory}/${name}`;
  return directory && environment.exists(path) ? path : undefined;
}

/** @param what Its name in messages: "the token". */
export function fromFile(what: string, path: string, environment: Environment): Found {
  return { text: readSecretFile(what, path, environment), from: `"${path}"` };
}
