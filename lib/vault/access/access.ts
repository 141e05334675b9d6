/**
 * How this run reaches the server: its addresses and the credentials, with secrets read from their
 * sources. Plain data, so that it can be passed to a worker. It holds secrets and must never be
 * printed.
 */
import type { VaultSettings } from "../../config/types.ts";
import type { Credentials } from "./credentials.ts";
import { VaultError } from "../errors.ts";
import { gatherCredentials } from "./gather_credentials.ts";
import { type ResolvedServers, resolveServers, type ServerAccess } from "./server_access.ts";
import type { Environment } from "./environment.ts";

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
