/**
 * How this run reaches the server: its addresses, and all login methods that the environment and the
 * configuration give, in the order in which they are tried. A problem of a method that is never
 * tried does no harm, so each method carries its own.
 */
import type { LoginSettings, VaultSettings } from "../../config/types.ts";
import { VaultError } from "../errors.ts";
import { gatherAppRole } from "./app_role.ts";
import { attempt, type Credentials, unusable } from "./credentials.ts";
import { type Environment, readVariable } from "./environment.ts";
import {
  credentialPath,
  firstOf,
  type Found,
  fromFile,
  fromFileIfExists,
  fromSystemd,
  fromVariable,
  readOpenFile,
  sendable,
} from "./secrets.ts";
import {
  type ClientState,
  type ResolvedServers,
  resolveServers,
  type ServerAccess,
} from "./server_access.ts";

/**
 * Plain data, so that it can be passed to a worker. It holds secrets and must never be printed.
 */
export interface VaultAccess extends ServerAccess {
  /** In the order in which they are tried. There is at least one, and the first is usable. */
  readonly credentials: readonly Credentials[];
}

/** Throws VaultError if an address or credentials are missing or cannot be read. */
export function resolveAccess(settings: VaultSettings, environment: Environment): VaultAccess {
  return addCredentials(resolveServers(settings, environment), settings, environment);
}

/** Adds the credentials to servers that are already resolved. Throws VaultError. */
export function addCredentials(
  { servers, client }: ResolvedServers,
  settings: VaultSettings,
  environment: Environment,
): VaultAccess {
  const credentials = gatherCredentials(settings, environment, client);
  const [first] = credentials;
  if (first === undefined) throw new VaultError(NO_LOGIN);
  if (first.kind === "unusable") throw new VaultError(first.problem);
  return { ...servers, credentials };
}

const NO_LOGIN = 'No login method for Vault is configured: set VAULT_TOKEN, "token_file", ' +
  'VAULT_ROLE_ID and VAULT_SECRET_ID, or "auth" under "config"';

/** @param client The path of the client certificate, or why there is none. */
export function gatherCredentials(
  settings: VaultSettings,
  environment: Environment,
  client: ClientState,
): Credentials[] {
  const given = [
    ...gatherTokens(settings, environment),
    ...gatherLogins(settings, environment, client),
  ];
  // Root's own token may be stale, so it is used only if the host was given nothing else.
  return given.length > 0 ? given : homeToken(environment);
}

function gatherTokens({ tokenFile }: VaultSettings, environment: Environment): Credentials[] {
  const sources: (() => Found | undefined)[] = [
    () => fromVariable("TOKEN", environment),
    () => fromSystemd("vault_token", environment),
    () => tokenFile === undefined ? undefined : fromFile("the token", tokenFile, environment),
  ];
  return sources.flatMap((find) => attempt(() => tokenOf(find())));
}

function homeToken(environment: Environment): Credentials[] {
  const home = environment.env("HOME");
  if (!home) return [];
  return attempt(() => tokenOf(fromFileIfExists("the token", `${home}/.vault-token`, environment)));
}

function tokenOf(found: Found | undefined): Credentials[] {
  if (found === undefined) return [];
  const { text, from } = found;
  return [{ kind: "token", token: sendable(text, `The token from ${from}`), from }];
}

function gatherLogins(
  { login }: VaultSettings,
  environment: Environment,
  client: ClientState,
): Credentials[] {
  const given = login?.kind === "approle" ? login : undefined;
  const has = (name: string) =>
    readVariable(environment, name) !== undefined ||
    credentialPath(`vault_${name.toLowerCase()}`, environment) !== undefined;
  const [role, secret] = [has("ROLE_ID"), has("SECRET_ID") || has("WRAPPED_SECRET_ID")];
  // A secret id without a role id is an error, unless the configuration has another method.
  const named = login === undefined ? role || secret : role && secret;
  if (given !== undefined || named) return attempt(() => gatherAppRole(given, environment));
  if (login?.kind === "none") return [login];
  if (login?.kind === "cert") return [certOf(login, client)];
  if (login?.kind === "jwt" || login?.kind === "kubernetes") {
    return attempt(() => [jwtOf(login, environment)]);
  }
  return [];
}

function certOf(
  { mount, role }: LoginSettings & { readonly kind: "cert" },
  client: ClientState,
): Credentials {
  if (client.problem !== undefined) return unusable(client.problem);
  return { kind: "cert", mount, role, from: `"${client.path}"` };
}

/** Where the token of a pod's service account is. The kubelet sets its mode. */
const SERVICE_ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

function jwtOf(
  { kind, mount, role, jwtFile, jwtCommand }: LoginSettings & { kind: "jwt" | "kubernetes" },
  environment: Environment,
): Credentials {
  const found = firstOf([
    () => fromSystemd("vault_jwt", environment),
    () => {
      if (kind === "jwt") {
        return jwtFile === undefined ? undefined : fromFile("the JWT", jwtFile, environment);
      }
      const path = jwtFile ?? SERVICE_ACCOUNT_TOKEN;
      const text = readOpenFile("the token of the service account", path, environment);
      return { text, from: `"${path}"` };
    },
  ]);
  if (found !== undefined) {
    const method = kind === "kubernetes" ? { method: kind } : {};
    return { kind: "jwt", ...method, mount, role, jwt: found.text, from: found.from };
  }
  if (jwtCommand !== undefined) {
    return { kind: "jwt-command", mount, role, command: jwtCommand, from: `"${jwtCommand[0]}"` };
  }
  return unusable(
    'The auth method "jwt" needs "jwt_file", "jwt_command", or the systemd credential "vault_jwt"',
  );
}
