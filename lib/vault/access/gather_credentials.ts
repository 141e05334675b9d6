/**
 * All login methods that the environment and the configuration give, in the order in which they are
 * tried. A problem of a method that is never tried does no harm, so each method carries its own.
 */
import type { LoginSettings, VaultSettings } from "../../config/types.ts";
import { gatherAppRole } from "./app_role.ts";
import { attempt, type Credentials, unusable } from "./credentials.ts";
import { sendable } from "./secret_file.ts";
import {
  credentialPath,
  firstOf,
  type Found,
  fromFile,
  fromSystemd,
  fromVariable,
} from "./sources.ts";
import type { ClientState } from "./server_access.ts";
import type { Environment } from "./environment.ts";
import { readVariable } from "./variables.ts";

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
  const path = `${home}/.vault-token`;
  if (!home || !environment.exists(path)) return [];
  return attempt(() => tokenOf(fromFile("the token", path, environment)));
}

function tokenOf(found: Found | undefined): Credentials[] {
  if (found === undefined) return [];
  return [{
    kind: "token",
    token: sendable(found.text, `The token from ${found.from}`),
    from: found.from,
  }];
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
  // Half an AppRole is an error, unless the configuration has another method.
  const named = login === undefined ? role || secret : role && secret;
  if (given !== undefined || named) return attempt(() => gatherAppRole(given, environment));
  if (login?.kind === "cert") return [certOf(login, client)];
  if (login?.kind === "jwt") return attempt(() => [jwtOf(login, environment)]);
  return [];
}

function certOf(
  { mount, role }: LoginSettings & { readonly kind: "cert" },
  client: ClientState,
): Credentials {
  if (client.problem !== undefined) return unusable(client.problem);
  return { kind: "cert", mount, ...(role === undefined ? {} : { role }), from: `"${client.path}"` };
}

function jwtOf(
  { mount, role, jwtFile }: LoginSettings & { readonly kind: "jwt" },
  environment: Environment,
): Credentials {
  const found = firstOf([
    () => fromSystemd("vault_jwt", environment),
    () => jwtFile === undefined ? undefined : fromFile("the JWT", jwtFile, environment),
  ]);
  if (found === undefined) {
    return unusable(
      'The auth method "jwt" needs "jwt_file", or the systemd credential "vault_jwt"',
    );
  }
  const { text: jwt, from } = found;
  return { kind: "jwt", mount, ...(role === undefined ? {} : { role }), jwt, from };
}
