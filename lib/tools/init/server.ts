/** What `vcm init` asks the server before anything is written. It changes nothing there. */
import type { X509Certificate } from "node:crypto";
import { DEFAULT_TIMEOUT } from "../../config/defaults.ts";
import type { VaultAccess } from "../../vault/access/access.ts";
import type { Environment } from "../../vault/access/environment.ts";
import { resolveServers, type ServerAccess } from "../../vault/access/server_access.ts";
import { VaultError } from "../../vault/errors.ts";
import { openSession, type VaultSession } from "../../vault/session/session.ts";
import { ALL_RIGHTS, LOOKUP_SELF } from "../../vault/session/token_paths.ts";
import { isPolicyDenial } from "../../vault/wire/denial.ts";
import { explainFailure, isUntrusted } from "../../vault/wire/explain_failure.ts";
import { askHealth } from "../../vault/wire/health.ts";
import { asObject } from "../../vault/wire/parse_object.ts";
import { presentedChain } from "../../vault/wire/presented_chain.ts";
import { isProxied, openTransport } from "../../vault/wire/transport.ts";

/** Whether the server answers, and whether its certificate is trusted. */
export type Contact =
  | { readonly kind: "trusted" }
  | { readonly kind: "untrusted" | "failed"; readonly message: string };

/** The PKI mounts that a login may use, each with the roles that could be listed. */
export type Offers = ReadonlyMap<string, readonly string[]>;

export interface Server {
  contact(servers: ServerAccess): Promise<Contact>;
  /** The server's own certificate first; empty if they cannot be seen. */
  presented(servers: ServerAccess): Promise<readonly X509Certificate[]>;
  /** Logs in, and revokes that token. Throws VaultError if the login failed. */
  offers(access: VaultAccess): Promise<Offers>;
}

/** Milliseconds: a person waits. */
const LIMIT = 10_000;

export const SERVER: Server = {
  contact,
  presented: ({ addresses: [address = ""], tls }) => presentedChain(address, tls.serverName, LIMIT),
  offers,
};

/** Variables that the file does not need: it gets their values, or they are of the network. */
const KEPT = ["NAMESPACE", "TLS_SERVER_NAME", "PROXY_ADDR", "HTTP_PROXY"];

/** What a later run finds: not the address, the CA and the token of this shell. */
export function laterEnvironment<E extends Pick<Environment, "env">>(environment: E): E {
  const isOfShell = (name: string) =>
    /^(?:VAULT|BAO)_/.test(name) && !KEPT.includes(name.replace(/^[A-Z]+_/, ""));
  return {
    ...environment,
    env: (name: string) => isOfShell(name) ? undefined : environment.env(name),
  };
}

/** Throws VaultError if a variable or a file is invalid. */
export function serversAt(
  vault: string,
  environment: Environment,
  client: { readonly clientCert?: string; readonly clientKey?: string } = {},
): ServerAccess {
  const { servers } = resolveServers({
    addresses: [vault],
    redirectHosts: [],
    allowHttp: false,
    trust: { kind: "system" },
    timeout: DEFAULT_TIMEOUT,
    ...client,
  }, laterEnvironment(environment));
  return servers;
}

async function contact(servers: ServerAccess): Promise<Contact> {
  const { addresses: [address = ""], limits } = servers;
  try {
    const transport = await openTransport(servers, address);
    try {
      const { status, health, hint } = await askHealth(transport, address, LIMIT);
      if (health?.["sealed"] !== undefined) return { kind: "trusted" };
      const fix = hint ?? "check the address and its port";
      const message = `"${address}" does not answer like a Vault server (${status}); ${fix}`;
      return { kind: "failed", message };
    } finally {
      transport.close();
    }
  } catch (error) {
    const failure = explainFailure(
      address,
      error,
      { ...limits, answer: LIMIT },
      isProxied(servers, address),
    );
    return { kind: isUntrusted(failure) ? "untrusted" : "failed", message: failure.message };
  }
}

async function offers(access: VaultAccess): Promise<Offers> {
  const session = await openSession({ ...access, retries: 0 });
  try {
    // Otherwise a wrong token is noticed by nobody: the list of mounts is open to all.
    await attempt(session.read(LOOKUP_SELF), ({ message }) => isPolicyDenial(message));
    const rights = (await attempt(session.read(ALL_RIGHTS)))?.data ?? {};
    const paths = Object.keys(asObject(rights["exact_paths"]));
    const found = new Map<string, readonly string[]>();
    for (const mount of await listMounts(session)) {
      const listed = (await attempt(session.read(`${mount}/roles`, "LIST")))?.data["keys"];
      found.set(mount, Array.isArray(listed) ? listed.map(String) : rolesIn(paths, mount));
    }
    return found;
  } finally {
    await session.close();
  }
}

/** Mounts below which a token may use a path (as the web UI lists them). */
async function listMounts(session: VaultSession): Promise<string[]> {
  const mounts = (await attempt(session.read("sys/internal/ui/mounts")))?.data["secret"];
  return Object.entries(asObject(mounts))
    .filter(([, mount]) => asObject(mount)["type"] === "pki")
    .map(([path]) => path.replace(/\/$/, "")).slice(0, MOST_MOUNTS);
}

const MOST_MOUNTS = 20;

/** The roles that policies name. Patterns name none. */
function rolesIn(paths: readonly string[], mount: string): string[] {
  const roles = paths.flatMap((path) => {
    const rest = path.startsWith(`${mount}/`) ? path.slice(mount.length + 1) : "";
    return /^(?:issue|sign)\/([^/]+)$/.exec(rest)?.[1] ?? [];
  });
  return [...new Set(roles)];
}

/** Undefined if the server refuses it. @param isAllowed Of which errors that is so. */
async function attempt<T>(
  asking: Promise<T>,
  isAllowed: (error: VaultError) => boolean = () => true,
): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof VaultError && isAllowed(error)) return undefined;
    throw error;
  }
}
