/** A proxy on the loopback address that opens tunnels (RFC 9110, 9.3.6), and counts them. */

export interface ConnectProxy extends AsyncDisposable {
  readonly address: string;
  /** `HOST:PORT` of each tunnel so far. */
  readonly tunnels: readonly string[];
}

export function startConnectProxy(): ConnectProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const tunnels: string[] = [];
  const serving = (async () => {
    const open: Promise<void>[] = [];
    for await (const client of listener) open.push(tunnel(client, tunnels));
    await Promise.allSettled(open);
  })();
  return {
    address: `http://127.0.0.1:${listener.addr.port}`,
    tunnels,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await serving;
    },
  };
}

async function tunnel(client: Deno.Conn, tunnels: string[]): Promise<void> {
  const head = await readHead(client);
  const [, host = "", port = ""] = /^CONNECT ([^:]+):(\d+) /.exec(head) ?? [];
  tunnels.push(`${host}:${port}`);
  const server = await Deno.connect({ hostname: host, port: Number(port) });
  await client.write(new TextEncoder().encode("HTTP/1.1 200 Connection established\r\n\r\n"));
  await Promise.allSettled([
    client.readable.pipeTo(server.writable),
    server.readable.pipeTo(client.writable),
  ]);
}

/** The client waits for the answer, so that nothing comes after the head. */
async function readHead(client: Deno.Conn): Promise<string> {
  let head = "";
  const part = new Uint8Array(4096);
  while (!head.includes("\r\n\r\n")) {
    const length = await client.read(part);
    if (length === null) break;
    head += new TextDecoder().decode(part.subarray(0, length));
  }
  return head;
}
