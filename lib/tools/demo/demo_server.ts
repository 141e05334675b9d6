/**
 * The demo server for `vcm demo` and for tests. It answers like OpenBao 2.6.2 to everything that
 * VCM asks. It listens only on 127.0.0.1, writes no file, and keeps nothing after it is closed. One
 * contract test suite runs against it and against the real server.
 */
import type { Answer } from "./server_answer.ts";
import { createDemoCa, type DemoCa } from "./demo_ca.ts";
import { answer, type ServerState } from "./server_router.ts";
import { TokenStore } from "./server_tokens.ts";

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
  }, (request) => serve(state, requests, request));
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

async function serve(
  state: ServerState,
  requests: DemoRequest[],
  request: Request,
): Promise<Response> {
  const { method } = request;
  const { pathname } = new URL(request.url);
  const path = pathname.startsWith("/v1/") ? pathname.slice(4) : undefined;
  const body = await request.text();
  const result: Answer = path === undefined
    ? { status: 404, body: { errors: [] } }
    : await answer(state, { method, path, headers: request.headers, body });
  requests.push({ method, path: path ?? pathname, status: result.status });
  return new Response(result.body === undefined ? null : `${JSON.stringify(result.body)}\n`, {
    status: result.status,
    headers: {
      "cache-control": "no-store",
      "content-type": "application/json",
      date: state.now().toUTCString(),
    },
  });
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
