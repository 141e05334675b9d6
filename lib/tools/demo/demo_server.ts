/**
 * The demo server for `vcm demo` and for tests. It answers like OpenBao 2.6.2 to everything that
 * VCM asks. It listens only on 127.0.0.1, writes no file, and keeps nothing after it is closed. One
 * contract test suite runs against it and against the real server.
 */
import { messageOf } from "../../vault/errors.ts";
import { createDemoCa, type DemoCa } from "./demo_ca.ts";
import { type Answer, fail, failGathered, unixSeconds } from "./server_answer.ts";
import { type Fields, parseBody } from "./server_fields.ts";
import { issue, MOUNTS } from "./server_issue.ts";
import { TokenStore } from "./server_tokens.ts";

/** The release whose answers are copied. */
const VERSION = "2.6.2";

/** One answered request, with its path as in the documentation of Vault: `pki/issue/web`. */
export interface DemoRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** A running demo server. */
export interface DemoServer {
  readonly address: string;
  readonly rootToken: string;
  readonly roleId: string;
  readonly secretId: string;
  /** All requests so far, in the order of their answers. */
  readonly requests: readonly DemoRequest[];
  /** The root of the certificate of the server; only with TLS. */
  readonly caPem: string | undefined;
  /** Waits for running requests, and frees the port. */
  close(): Promise<void>;
}

/** Options of a demo server. */
export interface DemoOptions {
  /** The clock of the server, for dates of certificates and the expiry of tokens. */
  readonly now?: () => Date;
  readonly sealed?: boolean;
  /** Listen with TLS. The certificate of the server uses the real clock. */
  readonly tls?: boolean;
}

/**
 * Starts a demo server on a free port.
 *
 * Its mounts are `pki` (issues from an intermediate), `pki_self` (from a root) and `pki_old` (from
 * a root, without `ca_chain` in its answers). Its roles are `web`, `short` (at most one hour),
 * `denied` (only names below allowed.test) and `any` (generates no keys).
 */
export async function startDemoServer(options: DemoOptions = {}): Promise<DemoServer> {
  const now = options.now ?? (() => new Date());
  const tokens = new TokenStore(now());
  const requests: DemoRequest[] = [];
  let ca: Promise<DemoCa> | undefined;
  const state: ServerState = {
    sealed: options.sealed ?? false,
    tokens,
    clusterId: crypto.randomUUID(),
    now,
    // Generated with the first certificate, because many runs request none.
    getCa: () => ca ??= createDemoCa(now()),
  };
  const tls = options.tls ? await createServerCertificate() : undefined;
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    ...tls?.identity,
  }, async (request) => {
    const { pathname } = new URL(request.url);
    const path = pathname.startsWith("/v1/") ? pathname.slice(4) : undefined;
    const text = await request.text();
    const { status, body }: Answer = path === undefined
      ? { status: 404, body: { errors: [] } }
      : await answer(state, request, path, text);
    requests.push({ method: request.method, path: path ?? pathname, status });
    const headers = {
      "cache-control": "no-store",
      "content-type": "application/json",
      date: now().toUTCString(),
    };
    return new Response(body === undefined ? null : `${JSON.stringify(body)}\n`, {
      status,
      headers,
    });
  });
  return {
    address: `${tls === undefined ? "http" : "https"}://127.0.0.1:${server.addr.port}`,
    rootToken: tokens.root.id,
    roleId: tokens.roleId,
    secretId: tokens.secretId,
    requests,
    caPem: tls?.caPem,
    close: () => server.shutdown(),
  };
}

/** The certificate of the server, from another CA: a changed clock must not break TLS. */
async function createServerCertificate() {
  const now = new Date();
  const { root } = await createDemoCa(now);
  const leaf = await root.issue({
    commonName: "127.0.0.1",
    dnsSans: ["localhost"],
    ipSans: ["127.0.0.1"],
    now,
    notAfter: root.notAfter,
    keyFormat: "pkcs8",
  });
  return { identity: { cert: leaf.certificate, key: leaf.privateKey }, caPem: root.certificate };
}

interface ServerState {
  readonly sealed: boolean;
  readonly tokens: TokenStore;
  readonly clusterId: string;
  now(): Date;
  getCa(): Promise<DemoCa>;
}

/**
 * Checks a request in the order in which the server does.
 *
 * @param path As in the documentation of Vault: `pki/issue/web`.
 */
async function answer(
  state: ServerState,
  { method, headers }: Request,
  path: string,
  body: string,
): Promise<Answer> {
  const { tokens } = state;
  // The demo server has no namespaces except the root one.
  const namespace = headers.get("x-vault-namespace") ?? "";
  const isForeign = !["", "root"].includes(namespace.replaceAll("/", ""));
  if (path === "sys/health") return answerHealth(state, method, isForeign);
  if (state.sealed) return fail(503, "Vault is sealed");
  let fields: Fields;
  try {
    fields = parseBody(body);
  } catch (error) {
    return fail(400, messageOf(error));
  }
  if (isForeign) return fail(404, "namespace not found");
  if (path === "auth/approle/login") return tokens.login(fields, state.now());
  const token = tokens.find(tokenOf(headers), state.now());
  if (token === undefined) return fail(403, "permission denied");
  const [mountName = "", engine, roleName = "", ...more] = path.split("/");
  const mount = MOUNTS.get(mountName);
  const isIssue = mount !== undefined && engine === "issue" && roleName !== "";
  const route = isIssue ? "issue" : path;
  const methods = METHODS.get(route);
  if (!token.isRoot && !methods?.includes(method)) {
    return failGathered(403, "permission denied");
  }
  if (mount === undefined && !["auth", "sys"].includes(mountName)) {
    return fail(404, `no handler for route "${path}". route entry not found.`);
  }
  if (methods === undefined || more.length > 0) return failGathered(404, "unsupported path");
  if (!methods.includes(method)) return failGathered(405, "unsupported operation");
  if (isIssue) return await issue(mount, roleName, fields, state.now(), state.getCa);
  return route === "auth/token/lookup-self"
    ? tokens.lookUp(token, state.now())
    : tokens.revoke(token);
}

function tokenOf(headers: Headers): string | null {
  const bearer = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "");
  return headers.get("x-vault-token") ?? bearer?.[1] ?? null;
}

/**
 * Methods by route: all that a login of VCM may do (its policy, and the `default` policy of the
 * server). POST and PUT are the same to the server. The root token may use the same methods only,
 * because the demo server has no others.
 */
const METHODS: ReadonlyMap<string, readonly string[]> = new Map([
  ["issue", ["POST", "PUT"]],
  ["auth/token/lookup-self", ["GET"]],
  ["auth/token/revoke-self", ["POST", "PUT"]],
]);

/** `sys/health` needs no token, and shows the state by its status. */
function answerHealth(state: ServerState, method: string, isForeign: boolean): Answer {
  if (isForeign) return fail(400, "operation unavailable in namespaces");
  if (!["GET", "HEAD"].includes(method)) return { status: 405, body: { errors: [] } };
  const mode = state.sealed ? "unknown" : "disabled";
  const body = {
    initialized: true,
    sealed: state.sealed,
    standby: state.sealed,
    replication_performance_mode: mode,
    replication_dr_mode: mode,
    server_time_utc: unixSeconds(state.now()),
    version: VERSION,
    cluster_name: state.sealed ? undefined : `vault-cluster-${state.clusterId.slice(0, 8)}`,
    cluster_id: state.sealed ? undefined : state.clusterId,
  };
  return { status: state.sealed ? 503 : 200, body };
}
