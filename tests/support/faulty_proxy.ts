/** A front before a real server, as a load balancer is, that does to requests what a test says. */
import type { OpenBao } from "./openbao.ts";

export interface Front extends AsyncDisposable {
  readonly address: string;
  /** API paths in the order in which they came. */
  readonly heard: readonly string[];
  /** Resolves when all that was asked is answered. */
  idle(): Promise<void>;
}

type Fault = Response | undefined;

/**
 * @param fault Answers in the server's place, or lets the request through by undefined.
 * @param change Changes an answer of the server.
 */
export function startFront(
  bao: Pick<OpenBao, "address">,
  fault: (path: string) => Fault | Promise<Fault>,
  change: (path: string, answer: Response) => Response | Promise<Response> = (_, answer) => answer,
): Front {
  const heard: string[] = [];
  const underWay = new Set<Promise<Response>>();
  const ended = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: ended.signal };
  const answer = async (request: Request) => {
    const { pathname } = new URL(request.url);
    const path = pathname.replace(/^\/v1\//, "");
    heard.push(path);
    const body = await request.text();
    const faulty = await fault(path);
    if (faulty !== undefined) return faulty;
    const passed = await fetch(`${bao.address}${pathname}`, {
      method: request.method,
      headers: request.headers,
      ...(body === "" ? {} : { body }),
    });
    const text = await passed.text();
    const { status } = passed;
    return await change(path, new Response(status === 204 ? null : text, { status }));
  };
  const server = Deno.serve(options, (request) => {
    const answering = answer(request).finally(() => underWay.delete(answering));
    underWay.add(answering);
    return answering;
  });
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    heard,
    idle: async () => {
      await Promise.allSettled(underWay);
    },
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await server.finished;
    },
  };
}

/** A server that answers each request for a certificate alike. */
export function startGiving(data: Readonly<Record<string, unknown>>): Front {
  return startFront(
    { address: "http://127.0.0.1:1" },
    (path) => Response.json(path.startsWith("pki/issue/") ? { data } : {}),
  );
}
