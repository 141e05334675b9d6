/**
 * How this run reaches the server: the file's settings under the environment's, secrets read from
 * where they are said to be. Plain data, so that it can be handed to another thread; it holds
 * secrets and must never be printed.
 */
import { Mistake } from "../config/mistake.ts";
import { readAddress } from "../config/read_places.ts";
import type { TlsTrust, VaultSettings } from "../config/types.ts";
import { VaultError } from "./errors.ts";
import { readNamed, type Surroundings } from "./surroundings.ts";
import { readTrustedAuthorities } from "./trust.ts";

/** Who we are. */
export type Credentials =
  | { readonly kind: "token"; readonly token: string; readonly from: string }
  | {
    readonly kind: "approle";
    readonly roleId: string;
    readonly secretId: string;
    readonly from: string;
  };

export interface VaultAccess {
  /** Base addresses without a slash at the end, in the order in which they are tried. */
  readonly addresses: readonly string[];
  readonly namespace?: string;
  /** PEM of the authorities to trust; absent: the certificate is not verified. */
  readonly authorities?: readonly string[];
  readonly credentials: Credentials;
  /** A proxy is set in the environment, so the server is not connected to directly. */
  readonly proxied: boolean;
  readonly limits: Limits;
}

/** Milliseconds until a connection must stand, and until an answer must be there. */
export interface Limits {
  readonly connect: number;
  readonly answer: number;
}

/** The server makes RSA keys of 4096 bits while we wait. */
export const LIMITS: Limits = { connect: 10_000, answer: 60_000 };

/** Throws VaultError where an address or credentials are missing or cannot be read. */
export function resolveAccess(settings: VaultSettings, around: Surroundings): VaultAccess {
  const namespace = around.env("VAULT_NAMESPACE") || settings.namespace;
  const trust = trustOf(settings, around);
  return {
    addresses: addressesOf(settings, around),
    ...(namespace === undefined ? {} : { namespace: sendable(namespace, "The namespace") }),
    ...(trust.kind === "off" ? {} : { authorities: readTrustedAuthorities(trust, around) }),
    credentials: credentialsOf(settings, around),
    proxied: PROXY_VARIABLES.some((name) => around.env(name)),
    limits: LIMITS,
  };
}

/** What the runtime's HTTP client takes a proxy from. */
const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
  .flatMap((name) => [name, name.toLowerCase()]);

function addressesOf(settings: VaultSettings, { env }: Surroundings): readonly string[] {
  const address = env("VAULT_ADDR");
  if (!address) {
    if (settings.addresses.length > 0) return settings.addresses;
    throw new VaultError(
      'No Vault address: set "vault" under "config" in the file, or the variable VAULT_ADDR',
    );
  }
  const read = readAddress(address);
  // What stands there may be a secret in the wrong place, so it is not shown.
  if (read instanceof Mistake) throw new VaultError(`VAULT_ADDR is no address: ${read.message}`);
  return [read];
}

/**
 * The text, if it can stand in a header of HTTP. The runtime's own error would show it, and it is
 * one line of printable ASCII wherever Vault made it.
 */
function sendable(text: string, what: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new VaultError(`${what} holds a space, a newline or another character that none may hold`);
}

function trustOf(settings: VaultSettings, { env }: Surroundings): TlsTrust {
  const path = env("VAULT_CACERT");
  return path ? { kind: "file", path } : settings.trust;
}

function credentialsOf(settings: VaultSettings, around: Surroundings): Credentials {
  const { env } = around;
  const token = env("VAULT_TOKEN");
  if (token) {
    return { kind: "token", token: sendable(token, "VAULT_TOKEN"), from: "VAULT_TOKEN" };
  }
  if (settings.tokenFile !== undefined) return tokenFrom(settings.tokenFile, around);
  const [roleId, secretId] = [env("VAULT_ROLE_ID"), env("VAULT_SECRET_ID")];
  if (roleId && secretId) {
    return { kind: "approle", roleId, secretId, from: "VAULT_ROLE_ID and VAULT_SECRET_ID" };
  }
  const [fileRole, fileSecret] = [
    roleId || settings.roleId?.reveal(),
    secretId || settings.secretId?.reveal(),
  ];
  if (fileRole !== undefined && fileSecret !== undefined) {
    return {
      kind: "approle",
      roleId: fileRole,
      secretId: fileSecret,
      from: "vault_role_id and vault_secret_id",
    };
  }
  throw new VaultError(
    'No way to log in to Vault: set VAULT_TOKEN, "token_file", or an AppRole by ' +
      'VAULT_ROLE_ID and VAULT_SECRET_ID or "vault_role_id" and "vault_secret_id"',
  );
}

function tokenFrom(path: string, { readText }: Surroundings): Credentials {
  const token = readNamed("the token in", path, readText).trim();
  if (token === "") throw new VaultError(`The token file "${path}" is empty`);
  return { kind: "token", token: sendable(token, `The token in "${path}"`), from: `"${path}"` };
}
