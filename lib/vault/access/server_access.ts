/** Where the servers are and how to talk to them. The environment overrides the configuration. */
import { DEFAULT_TIMEOUT } from "../../config/defaults.ts";
import { InvalidValue } from "../../config/scalars/scalar.ts";
import * as places from "../../config/scalars/places.ts";
import { serverName } from "../../config/scalars/names.ts";
import type { VaultSettings } from "../../config/types.ts";
import {
  type ClientCertificate,
  type ClientFiles,
  readClientCertificate,
} from "./client_certificate.ts";
import { VaultError } from "../errors.ts";
import {
  type Environment,
  keyLogProblem,
  readCount,
  readSeconds,
  readSwitch,
  readVariable,
  type Variable,
} from "./environment.ts";
import { sendable } from "./secrets.ts";
import { readTrustedAuthorities } from "./trust.ts";

/** Plain data. It holds the client's key and must never be printed. */
export interface ServerAccess {
  /** Base addresses without a slash at the end, in the order in which they are tried. */
  readonly addresses: readonly string[];
  /** Further hosts to which a request may be redirected. */
  readonly redirectHosts: readonly string[];
  /** Whether plain HTTP is allowed to hosts other than this one. */
  readonly allowHttp: boolean;
  readonly namespace?: string | undefined;
  readonly tls: TlsAccess;
  /** Address of a proxy for all requests. */
  readonly proxy?: string | undefined;
  /** Whether the environment sets a proxy, so that the server is not connected to directly. */
  readonly proxied: boolean;
  readonly limits: Limits;
  /** How often a request is repeated at most after a retryable failure. */
  readonly retries: number;
}

export interface TlsAccess {
  /** PEM of the trusted CAs. Absent: the certificate is not verified. */
  readonly authorities?: readonly string[];
  /** What turned verification off, for messages. */
  readonly unverifiedBy?: string;
  /** The name that the certificate must have, if it differs from the address. */
  readonly serverName?: string | undefined;
  readonly client?: ClientCertificate | undefined;
}

/** Limits in milliseconds: for a connection, and for one request with all its repetitions. */
export interface Limits {
  readonly connect: number;
  readonly answer: number;
}

export const LIMITS: Limits = { connect: 10_000, answer: DEFAULT_TIMEOUT * 1000 };

/** By default only the limit of an answer ends the retries. */
export const RETRIES = Infinity;

/** The client certificate: its path, or why there is none. */
export type ClientState =
  | { readonly path: string; readonly problem?: undefined }
  | { readonly problem: string };

/** The servers, and the client certificate for the auth method `cert`. */
export interface ResolvedServers {
  readonly servers: ServerAccess;
  readonly client: ClientState;
}

/** Throws VaultError if an address is missing or a named file cannot be used. */
export function resolveServers(settings: VaultSettings, environment: Environment): ResolvedServers {
  const problem = keyLogProblem(environment);
  if (problem !== undefined) throw new VaultError(problem);
  const addresses = addressesOf(settings, environment);
  const namespace = namespaceOf(settings, environment);
  const proxy = proxyOf(environment);
  const timeout = readSeconds(environment, "CLIENT_TIMEOUT") ?? settings.timeout;
  const { client, certificate } = readClient(settings, environment);
  const servers = {
    addresses,
    redirectHosts: settings.redirectHosts,
    allowHttp: settings.allowHttp,
    namespace,
    tls: {
      serverName: serverNameOf(settings, environment),
      client: certificate,
      ...trustOf(settings, environment),
    },
    proxy,
    proxied: proxy !== undefined || PROXY_VARIABLES.some((name) => environment.env(name)),
    limits: { ...LIMITS, answer: timeout * 1000 },
    retries: readCount(environment, "MAX_RETRIES") ?? settings.retries ?? RETRIES,
  };
  return { servers, client };
}

function namespaceOf(settings: VaultSettings, environment: Environment): string | undefined {
  const variable = readVariable(environment, "NAMESPACE");
  return variable === undefined ? settings.namespace : sendable(variable.text, variable.name);
}

/** The variables from which the runtime's HTTP client takes a proxy. */
const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
  .flatMap((name) => [name, name.toLowerCase()]);

function addressesOf(settings: VaultSettings, environment: Environment): readonly string[] {
  const variable = readVariable(environment, "ADDR");
  if (variable === undefined) {
    if (settings.addresses.length > 0) return settings.addresses;
    throw new VaultError(
      'No Vault address: set "vault" under "config" in the file, or the variable VAULT_ADDR',
    );
  }
  const address = places.address.read(variable.text);
  if (address instanceof InvalidValue) {
    // The value may be a secret in the wrong place, so it is not shown.
    throw new VaultError(`${variable.name} is not a valid address: ${address.message}`);
  }
  if (settings.allowHttp || places.isGuarded(address)) return [address];
  throw new VaultError(
    `${variable.name} ("${address}") sends tokens and keys unencrypted; use "https://", or set ` +
      '"allow_http: true" under "config" if the network is trusted',
  );
}

/** `VAULT_PROXY_ADDR` takes precedence over `VAULT_HTTP_PROXY` (Vault, "Environment variables"). */
function proxyOf(environment: Environment): string | undefined {
  const variable = readVariable(environment, "PROXY_ADDR") ??
    readVariable(environment, "HTTP_PROXY");
  if (variable === undefined) return undefined;
  if (/^https?:\/\/[^/]/i.test(variable.text) && URL.canParse(variable.text)) return variable.text;
  throw new VaultError(`${variable.name} must be the URL of a proxy, such as "http://proxy:3128"`);
}

function trustOf(
  { trust }: VaultSettings,
  environment: Environment,
): Pick<TlsAccess, "authorities" | "unverifiedBy"> {
  const by = unverifiedBy({ trust }, environment);
  if (by !== undefined) return { unverifiedBy: by };
  const given = givenAuthorities(environment);
  if (given !== undefined) {
    return { authorities: readTrustedAuthorities({ kind: "file", path: given.text }, environment) };
  }
  const verified = trust.kind === "off" ? { kind: "system" } as const : trust;
  return { authorities: readTrustedAuthorities(verified, environment) };
}

/** The setting that turns verification off, if one does. Reads no file. */
export function unverifiedBy(
  { trust }: Pick<VaultSettings, "trust">,
  environment: Pick<Environment, "env">,
): string | undefined {
  const skip = readSwitch(environment, "SKIP_VERIFY");
  if (skip === true) return readVariable(environment, "SKIP_VERIFY")?.name;
  if (skip === false || trust.kind !== "off" || givenAuthorities(environment) !== undefined) {
    return undefined;
  }
  return "vault_ssl_verify: false";
}

/** A file takes precedence over a directory (Vault, "Environment variables"). */
function givenAuthorities(environment: Pick<Environment, "env">): Variable | undefined {
  return readVariable(environment, "CACERT") ?? readVariable(environment, "CAPATH");
}

function serverNameOf(settings: VaultSettings, environment: Environment): string | undefined {
  const variable = readVariable(environment, "TLS_SERVER_NAME");
  if (variable === undefined) return settings.serverName;
  const name = serverName.read(variable.text);
  if (typeof name === "string") return name;
  throw new VaultError(`${variable.name}: ${name.message}`);
}

const NO_CLIENT =
  'The auth method "cert" needs a certificate: set "client_cert" and "client_key", or ' +
  "VAULT_CLIENT_CERT and VAULT_CLIENT_KEY";

/**
 * If VCM logs in with the client certificate, VCM may renew it as well. The first one comes from
 * another login method, so it may be missing until then.
 */
function readClient(
  settings: VaultSettings,
  environment: Environment,
): { readonly client: ClientState; readonly certificate?: ClientCertificate } {
  const files = findClientFiles(settings, environment);
  if (files === undefined) return { client: { problem: NO_CLIENT } };
  try {
    const certificate = readClientCertificate(files, environment);
    return { client: { path: files.certificate }, certificate };
  } catch (error) {
    if (!(error instanceof VaultError) || settings.login?.kind !== "cert") throw error;
    return { client: { problem: error.message } };
  }
}

function findClientFiles(
  settings: VaultSettings,
  environment: Environment,
): ClientFiles | undefined {
  const certificate = readVariable(environment, "CLIENT_CERT")?.text ?? settings.clientCert;
  const key = readVariable(environment, "CLIENT_KEY")?.text ?? settings.clientKey;
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  throw new VaultError(
    "A client certificate needs both a certificate file and a key file; set " +
      (key === undefined
        ? '"client_key" or VAULT_CLIENT_KEY'
        : '"client_cert" or VAULT_CLIENT_CERT'),
  );
}
