/** The AppRole login: its role id, and its secret id, plain or behind a wrapping token. */
import type { LoginSettings } from "../../config/types.ts";
import { attempt, type Credentials, unusable } from "./credentials.ts";
import {
  firstOf,
  type Found,
  fromFileIfExists,
  fromSystemd,
  fromVariable,
  sendable,
} from "./secrets.ts";
import type { Environment } from "./environment.ts";

type AppRoleSettings = LoginSettings & { readonly kind: "approle" };

/**
 * The plain secret ids first. The wrapped one comes last, because it is needed only without them.
 */
export function gatherAppRole(
  login: AppRoleSettings | undefined,
  environment: Environment,
): Credentials[] {
  const mount = login?.mount ?? "approle";
  const role = firstOf([
    () => fromVariable("ROLE_ID", environment),
    () => fromSystemd("vault_role_id", environment),
    () => login?.roleId && { text: login.roleId.reveal(), from: keyOf("role_id", login) },
  ]);
  if (role === undefined) {
    return [unusable('The AppRole has no role id: set VAULT_ROLE_ID, or "role_id" under "auth"')];
  }
  const methods = [
    ...secretIdSources(login, environment).flatMap((find) =>
      attempt(() => secretIdOf(mount, role, find()))
    ),
    ...attempt(() => wrappedOf(login, mount, role, environment)),
  ];
  if (methods.length > 0) return methods;
  if (login?.secretIdFile !== undefined) {
    return [unusable(
      `The AppRole has no secret id: "${login.secretIdFile}" does not exist; create it with mode ` +
        "0600",
    )];
  }
  // Enough with bind_secret_id=false, which only the server knows.
  return [{ kind: "approle", mount, roleId: role.text, from: role.from }];
}

function keyOf(key: "role_id" | "secret_id", { isOlder }: AppRoleSettings): string {
  return isOlder === true ? `"vault_${key}"` : `"auth.${key}"`;
}

/**
 * Each is a login method of its own: an unwrapped secret id in its file stays usable behind a stale
 * variable.
 */
function secretIdSources(
  login: AppRoleSettings | undefined,
  environment: Environment,
): (() => Found | undefined)[] {
  return [
    () => fromVariable("SECRET_ID", environment),
    () => fromSystemd("vault_secret_id", environment),
    () => login?.secretId && { text: login.secretId.reveal(), from: keyOf("secret_id", login) },
    () => fromFileIfExists("the secret id", login?.secretIdFile, environment),
  ];
}

function secretIdOf(mount: string, role: Found, secret: Found | undefined): Credentials[] {
  if (secret === undefined) return [];
  const from = `${role.from} and ${secret.from}`;
  return [{ kind: "approle", mount, roleId: role.text, secretId: secret.text, from }];
}

function wrappedOf(
  login: AppRoleSettings | undefined,
  mount: string,
  role: Found,
  environment: Environment,
): Credentials[] {
  const found = firstOf([
    () => fromVariable("WRAPPED_SECRET_ID", environment),
    () => fromSystemd("vault_wrapped_secret_id", environment),
    () => fromFileIfExists("the wrapped secret id", login?.wrappedSecretIdFile, environment),
  ]);
  if (found === undefined) return [];
  const { text, from } = found;
  if (login?.secretIdFile === undefined) {
    return [unusable(
      `The wrapped secret id from ${from} can be unwrapped only once: set "secret_id_file" under ` +
        '"auth", so that VCM can save it there',
    )];
  }
  const wrappingToken = sendable(text, `The wrapping token from ${from}`);
  const { secretIdFile } = login;
  return [{ kind: "wrapped", mount, roleId: role.text, wrappingToken, secretIdFile, from }];
}
