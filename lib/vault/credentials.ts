/**
 * Who we are: all ways to log in that the surroundings and the file give, in the order in which they
 * are tried. What belongs to a way that is not reached does no harm, so each carries its own problem.
 */
import type { LoginSettings, VaultSettings } from "../config/types.ts";
import { VaultError } from "./errors.ts";
import { readOpenFile, readSecretFile, sendable } from "./secret_file.ts";
import type { Surroundings } from "./surroundings.ts";
import { readVariable } from "./variables.ts";

/** One way to get a token. `from` says where it comes from, for messages. */
export type Credentials =
  | { readonly kind: "token"; readonly token: string; readonly from: string }
  | {
    readonly kind: "approle";
    readonly mount: string;
    readonly roleId: string;
    readonly secretId: string;
    readonly from: string;
  }
  /** A secret id behind a token that gives it out once. */
  | {
    readonly kind: "wrapped";
    readonly mount: string;
    readonly roleId: string;
    readonly wrappingToken: string;
    /** Where the secret id is kept for later runs. */
    readonly secretIdFile: string;
    readonly from: string;
  }
  /** By the client certificate of the connection. */
  | {
    readonly kind: "cert";
    readonly mount: string;
    readonly role?: string;
    readonly from: string;
  }
  | {
    readonly kind: "jwt";
    readonly mount: string;
    readonly role?: string;
    readonly jwt: string;
    readonly from: string;
  }
  | { readonly kind: "unusable"; readonly problem: string };

/** A text and where it stood. */
interface Found {
  readonly text: string;
  readonly from: string;
}

/** @param clientCert Path of the client certificate, where there is one. */
export function gatherCredentials(
  settings: VaultSettings,
  around: Surroundings,
  clientCert: string | undefined,
): Credentials[] {
  const tokens = gatherTokens(settings, around);
  const logins = gatherLogins(settings, around, clientCert);
  // Root's own token, perhaps a stale one, must not stand in for the host's login.
  return [...tokens, ...logins.length > 0 ? logins : homeToken(around)];
}

function gatherTokens({ tokenFile }: VaultSettings, around: Surroundings): Credentials[] {
  const sources: (() => Found | undefined)[] = [
    () => fromVariable("TOKEN", around),
    () => fromSystemd("vault_token", around),
    () => tokenFile === undefined ? undefined : fromFile("the token", tokenFile, around),
  ];
  return sources.flatMap((find) => attempt(() => tokenOf(find())));
}

function homeToken(around: Surroundings): Credentials[] {
  const home = around.env("HOME");
  const path = `${home}/.vault-token`;
  if (!home || !around.exists(path)) return [];
  return attempt(() => tokenOf(fromFile("the token", path, around)));
}

function tokenOf(found: Found | undefined): Credentials[] {
  if (found === undefined) return [];
  return [{
    kind: "token",
    token: sendable(found.text, `The token of ${found.from}`),
    from: found.from,
  }];
}

function gatherLogins(
  { login }: VaultSettings,
  around: Surroundings,
  clientCert: string | undefined,
): Credentials[] {
  const given = login?.kind === "approle" ? login : undefined;
  const has = (name: string) =>
    readVariable(around, name) !== undefined ||
    credentialPath(`vault_${name.toLowerCase()}`, around) !== undefined;
  const [role, secret] = [has("ROLE_ID"), has("SECRET_ID") || has("WRAPPED_SECRET_ID")];
  // Half an AppRole is a slip, unless the file has another way.
  const named = login === undefined ? role || secret : role && secret;
  if (given !== undefined || named) return attempt(() => gatherAppRole(given, around));
  if (login?.kind === "cert") return [certOf(login, clientCert)];
  if (login?.kind === "jwt") return attempt(() => [jwtOf(login, around)]);
  return [];
}

type AppRoleSettings = LoginSettings & { readonly kind: "approle" };

/** The secret id that is there, then the one that is still wrapped: it is needed only without. */
function gatherAppRole(login: AppRoleSettings | undefined, around: Surroundings): Credentials[] {
  const mount = login?.mount ?? "approle";
  const role = firstOf([
    () => fromVariable("ROLE_ID", around),
    () => fromSystemd("vault_role_id", around),
    () => login?.roleId && { text: login.roleId.reveal(), from: "the file's role id" },
  ]);
  if (role === undefined) {
    return [unusable('The AppRole has no role id: set VAULT_ROLE_ID, or "role_id" under "auth"')];
  }
  const { text: roleId, from } = role;
  const secrets = attempt(() => {
    const secret = findSecretId(login, around);
    if (secret === undefined) return [];
    return [{
      kind: "approle",
      mount,
      roleId,
      secretId: secret.text,
      from: `${from} and ${secret.from}`,
    }];
  });
  const wrapped = attempt(() => {
    const found = findWrapped(login, around);
    if (found === undefined) return [];
    if (login?.secretIdFile === undefined) {
      return [unusable(
        `The wrapped secret id of ${found.from} can be unwrapped once only: set ` +
          '"secret_id_file" under "auth", where the secret id is to be kept',
      )];
    }
    return [{
      kind: "wrapped",
      mount,
      roleId,
      wrappingToken: sendable(found.text, `The wrapping token of ${found.from}`),
      secretIdFile: login.secretIdFile,
      from: found.from,
    }];
  });
  if (secrets.length + wrapped.length > 0) return [...secrets, ...wrapped];
  const file = login?.secretIdFile;
  return [unusable(
    file === undefined
      ? 'The AppRole has no secret id: set VAULT_SECRET_ID, or "secret_id_file" under "auth"'
      : `The AppRole has no secret id: "${file}" does not exist; write it there, with mode 0600`,
  )];
}

function findSecretId(login: AppRoleSettings | undefined, around: Surroundings): Found | undefined {
  const file = login?.secretIdFile;
  return firstOf([
    () => fromVariable("SECRET_ID", around),
    () => fromSystemd("vault_secret_id", around),
    () => login?.secretId && { text: login.secretId.reveal(), from: "the file's secret id" },
    () =>
      file !== undefined && around.exists(file)
        ? fromFile("the secret id", file, around)
        : undefined,
  ]);
}

function findWrapped(login: AppRoleSettings | undefined, around: Surroundings): Found | undefined {
  const file = login?.wrappedSecretIdFile;
  return firstOf([
    () => fromVariable("WRAPPED_SECRET_ID", around),
    () => fromSystemd("vault_wrapped_secret_id", around),
    () =>
      file !== undefined && around.exists(file)
        ? fromFile("the wrapped secret id", file, around)
        : undefined,
  ]);
}

function certOf(
  { mount, role }: LoginSettings & { readonly kind: "cert" },
  clientCert: string | undefined,
): Credentials {
  if (clientCert === undefined) {
    return unusable(
      'The auth method "cert" needs a certificate: set "client_cert" and "client_key", or ' +
        "VAULT_CLIENT_CERT and VAULT_CLIENT_KEY",
    );
  }
  return { kind: "cert", mount, ...(role === undefined ? {} : { role }), from: `"${clientCert}"` };
}

function jwtOf(
  { mount, role, jwtFile }: LoginSettings & { readonly kind: "jwt" },
  around: Surroundings,
): Credentials {
  const found = firstOf([
    () => fromSystemd("vault_jwt", around),
    () => jwtFile === undefined ? undefined : fromFile("the JWT", jwtFile, around),
  ]);
  if (found === undefined) {
    return unusable(
      'The auth method "jwt" needs "jwt_file", or the systemd credential "vault_jwt"',
    );
  }
  const { text: jwt, from } = found;
  return { kind: "jwt", mount, ...(role === undefined ? {} : { role }), jwt, from };
}

function firstOf(sources: readonly (() => Found | undefined)[]): Found | undefined {
  for (const find of sources) {
    const found = find();
    if (found !== undefined) return found;
  }
  return undefined;
}

function fromVariable(name: string, around: Surroundings): Found | undefined {
  const variable = readVariable(around, name);
  return variable && { text: variable.text, from: variable.name };
}

/** A credential that systemd hands to the unit (systemd.exec(5), LoadCredential); it sets the mode. */
function fromSystemd(name: string, around: Surroundings): Found | undefined {
  const path = credentialPath(name, around);
  return path === undefined
    ? undefined
    : { text: readOpenFile(`the credential`, path, around), from: `the credential "${name}"` };
}

function credentialPath(name: string, around: Surroundings): string | undefined {
  const folder = around.env("CREDENTIALS_DIRECTORY");
  const path = `${folder}/${name}`;
  return folder && around.exists(path) ? path : undefined;
}

function fromFile(what: string, path: string, around: Surroundings): Found {
  return { text: readSecretFile(what, path, around), from: `"${path}"` };
}

function attempt(find: () => Credentials[]): Credentials[] {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return [unusable(error.message)];
  }
}

function unusable(problem: string): Credentials {
  return { kind: "unusable", problem };
}
