/** A server on the loopback address that answers what a test tells it to, and remembers what it got. */

/** What the server was asked. */
export interface Heard {
  readonly method: string;
  /** Without `/v1/`, as Vault's documentation writes paths. */
  readonly path: string;
  readonly token: string | null;
  readonly namespace: string | null;
  readonly body: string;
}

/** An answer: a status with JSON or text, or a whole response. */
export type Scripted = Response | { readonly status?: number; readonly body: unknown };

export interface ScriptedServer extends AsyncDisposable {
  readonly address: string;
  readonly heard: readonly Heard[];
  /** `POST pki/issue/web` for each request so far. */
  calls(): string[];
}

/** What a server shows for TLS. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** Answers each path by the script; what the script does not know is 404, as from a real server. */
export function startScripted(
  script: (heard: Heard) => Scripted | undefined,
  identity?: Identity,
): ScriptedServer {
  const heard: Heard[] = [];
  const ended = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: ended.signal };
  const server = Deno.serve({ ...options, ...identity }, async (it) => {
    const request: Heard = {
      method: it.method,
      path: new URL(it.url).pathname.replace(/^\/v1\//, ""),
      token: it.headers.get("x-vault-token"),
      namespace: it.headers.get("x-vault-namespace"),
      body: await it.text(),
    };
    heard.push(request);
    return toResponse(script(request) ?? { status: 404, body: { errors: [] } });
  });
  return {
    address: `${identity === undefined ? "http" : "https"}://127.0.0.1:${server.addr.port}`,
    heard,
    calls: () => heard.map(({ method, path }) => `${method} ${path}`),
    [Symbol.asyncDispose]: async () => {
      // Not shutdown(): it waits for clients that have stopped reading.
      ended.abort();
      await server.finished;
    },
  };
}

/** A server that gives the same answer to whatever it is asked. */
export function startAnswering(answer: () => Scripted, identity?: Identity): ScriptedServer {
  return startScripted(answer, identity);
}

function toResponse(scripted: Scripted): Response {
  if (scripted instanceof Response) return scripted;
  const { status = 200, body } = scripted;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(status === 204 ? null : text, {
    status,
    headers: { "content-type": "application/json" },
  });
}
