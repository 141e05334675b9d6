/**
 * The demo server: a server that answers like OpenBao 2.6.2 in all that VCM asks, for `vcm demo`
 * and for tests. It listens on 127.0.0.1 only, writes no file, and forgets all when it is closed.
 * One contract test suite runs against it and against the real server.
 */
import type { Answer } from "./server_answer.ts";
import { createDemoCa, type DemoCa } from "./demo_ca.ts";
import { answer, type ServerState } from "./server_router.ts";
import { TokenStore } from "./server_tokens.ts";

/** One request that was answered; the path is written as in Vault's documentation: `pki/issue/web`. */
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
  /** The root that the server's own certificate hangs on; only with TLS. */
  readonly caPem?: string;
  /** Waits for requests under way, and frees the port. */
  close(): Promise<void>;
}

/** How a demo server is started. */
export interface DemoOptions {
  /** The server's clock: dates of certificates and the end of tokens follow it. */
  readonly now?: () => Date;
  readonly sealed?: boolean;
  /** Listen with TLS; the real clock dates the server's certificate. */
  readonly tls?: boolean;
}

/**
 * Starts a demo server on a free port.
 *
 * Its mounts are `pki` (issues from an intermediate), `pki_self` (from a root) and `pki_old` (from a
 * root, and its answers have no `ca_chain`); its roles `web`, `short` (one hour at most), `denied`
 * (only names below allowed.test) and `any` (makes no keys).
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
    // Made with the first certificate, since many runs ask for none.
    getCa: () => ca ??= createDemoCa(now()),
  };
  const tls = options.tls ? await createServerCertificate() : undefined;
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    ...(tls === undefined ? {} : { cert: tls.cert, key: tls.key }),
  }, (request) => serve(state, requests, request));
  return {
    address: `${tls === undefined ? "http" : "https"}://127.0.0.1:${server.addr.port}`,
    rootToken: tokens.root.id,
    roleId: tokens.roleId,
    secretId: tokens.secretId,
    requests,
    ...(tls === undefined ? {} : { caPem: tls.caPem }),
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

/** The server's own certificate, from a CA of its own: a false clock must not spoil TLS. */
async function createServerCertificate(): Promise<{ cert: string; key: string; caPem: string }> {
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
  return { cert: leaf.certificate, key: leaf.privateKey, caPem: root.certificate };
}
