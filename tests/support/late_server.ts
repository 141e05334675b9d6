/** An address at which nobody listens at first, and later a real server answers. */
import { freePort } from "./free_port.ts";

export interface LateServer extends AsyncDisposable {
  readonly address: string;
  /** From now on connections reach the server. */
  comeUp(): void;
}

/** @param address Of the server, `http://127.0.0.1:PORT`. */
export function lateServer(address: string): LateServer {
  const port = freePort();
  let listener: Deno.TcpListener | undefined;
  let serving: Promise<void> | undefined;
  return {
    address: `http://127.0.0.1:${port}`,
    comeUp() {
      const heard = listener = Deno.listen({ hostname: "127.0.0.1", port });
      serving = (async () => {
        const open: Promise<unknown>[] = [];
        for await (const client of heard) open.push(pass(client, Number(new URL(address).port)));
        await Promise.allSettled(open);
      })();
    },
    [Symbol.asyncDispose]: async () => {
      listener?.close();
      await serving;
    },
  };
}

async function pass(client: Deno.Conn, port: number): Promise<void> {
  const server = await Deno.connect({ hostname: "127.0.0.1", port });
  await Promise.allSettled([
    client.readable.pipeTo(server.writable),
    server.readable.pipeTo(client.writable),
  ]);
}
