/** A front before a real server, as a load balancer is, that does to requests what a test says. */
import type { OpenBao } from "./openbao.ts";

export interface Front extends AsyncDisposable {
  readonly address: string;
  /** API paths in the order in which they came. */
  readonly heard: readonly string[];
}

type Fault = Response | undefined;

/** @param fault Answers in the server's place, or lets the request through by undefined. */
export function startFront(
  bao: OpenBao,
  fault: (path: string) => Fault | Promise<Fault>,
): Front {
  const heard: string[] = [];
  const ended = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: ended.signal };
  const server = Deno.serve(options, async (request) => {
    const { pathname } = new URL(request.url);
    const path = pathname.replace(/^\/v1\//, "");
    heard.push(path);
    const body = await request.text();
    const answer = await fault(path);
    if (answer !== undefined) return answer;
    const passed = await fetch(`${bao.address}${pathname}`, {
      method: request.method,
      headers: request.headers,
      ...(body === "" ? {} : { body }),
    });
    return new Response(passed.status === 204 ? null : await passed.text(), {
      status: passed.status,
    });
  });
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    heard,
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await server.finished;
    },
  };
}
