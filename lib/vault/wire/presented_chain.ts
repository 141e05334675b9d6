/**
 * The certificates that a server presents, for a person who decides whether to trust one. Nothing is
 * verified and no request is sent. Loaded only by tools.
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { Tls13Client } from "./tls13_client.ts";

/**
 * The server's own certificate first. Empty if they cannot be seen: without TLS 1.3, and behind a
 * proxy.
 *
 * @param limit Milliseconds in total.
 *
 * Needs net permission for the host.
 */
export async function presentedChain(
  address: string,
  serverName: string | undefined,
  limit: number,
): Promise<X509Certificate[]> {
  const { hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  const name = serverName ?? host;
  const chain: X509Certificate[] = [];
  let connection: Deno.Conn | undefined;
  const timer = setTimeout(() => connection?.close(), limit);
  try {
    connection = await Deno.connect({ hostname: host, port: Number(port || 443) });
    await new Tls13Client(connection).connect(
      isIP(name) === 0 ? name : undefined,
      (leaf, above) => {
        chain.push(leaf, ...above.map((der) => new X509Certificate(der)));
      },
    );
  } catch {
    // What was presented until then counts: the handshake fails with a key of a rare type.
    return chain;
  } finally {
    clearTimeout(timer);
    closeQuietly(connection);
  }
  return chain;
}

function closeQuietly(connection: Deno.Conn | undefined): void {
  try {
    connection?.close();
  } catch {
    // The timer closed it.
  }
}
