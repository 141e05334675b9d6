/** A server program on a port of this host, killed when it is disposed. */
import { waitUntil } from "./wait_until.ts";

/** Waits until it listens. */
export async function startListening(
  program: string,
  args: readonly string[],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable> {
  const server = new Deno.Command(program, {
    args: [...args],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await waitUntil(`${program} listens`, 60, async () => {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  });
  return {
    [Symbol.asyncDispose]: async () => {
      server.kill("SIGKILL");
      await server.status;
    },
  };
}
