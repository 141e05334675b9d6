/**
 * Who we are: all ways to log in that the surroundings and the file give, in the order in which they
 * are tried. What belongs to a way that is not reached does no harm, so each carries its own problem.
 */
import type { LoginSettings, VaultSettings } from "../config/types.ts";
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
import type { Surroundings } from "./surroundings.ts";
import { readVariable } from "./variables.ts";

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
