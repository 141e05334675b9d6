/** Below what systems give to connections that leave the port open, Linux from 32768 on. */
const [FIRST, LAST] = [20_000, 32_000];

/**
 * A port of the loopback address that nobody listens on; the caller should soon take it. No
 * connection of another process takes it meanwhile, and none to it connects to itself.
 */
export function freePort(): number {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
