/** Servers on loopback that a probe looks at, for what the runtime's own listener cannot do. */
import type { Made } from "../../support/fixtures_pki.ts";

export interface Server extends AsyncDisposable {
  readonly port: number;
}

/** Takes connections and hands each to a function; what that one leaves open is closed at the end. */
export function startServer(serve: (connection: Deno.Conn) => Promise<void>): Server {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const accept = async () => {
    for await (const connection of listener) {
      open.add(connection);
      // A client may go at any moment.
      serve(connection).catch(() => undefined);
    }
  };
  const running = accept();
  return {
    port: listener.addr.port,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await running;
      for (const connection of open) close(connection);
    },
  };
}

/**
 * Speaks plain text as a server does before TLS, and then lets TLS through to another port.
 *
 * @param lines What it says at first, and after each thing that it hears, as bytes of Latin-1.
 */
export function startTalker(lines: readonly string[], tlsPort?: number): Server & Heard {
  const heard: string[] = [];
  const server = startServer(async (connection) => {
    const buffer = new Uint8Array(1024);
    for (const [at, line] of lines.entries()) {
      if (at > 0) {
        const length = await connection.read(buffer);
        if (length === null) return connection.close();
        heard.push(new TextDecoder("latin1").decode(buffer.subarray(0, length)));
      }
      await connection.write(Uint8Array.from(line, (letter) => letter.charCodeAt(0)));
    }
    if (tlsPort !== undefined) await passOn(connection, tlsPort);
  });
  return { ...server, heard };
}

/** Lets a connection through to a port of 127.0.0.1, until both sides have ended. */
async function passOn(connection: Deno.Conn, port: number): Promise<void> {
  const behind = await Deno.connect({ hostname: "127.0.0.1", port });
  await Promise.allSettled([
    connection.readable.pipeTo(behind.writable),
    behind.readable.pipeTo(connection.writable),
  ]);
}

/** What clients said, each time that they were listened to. */
export interface Heard {
  readonly heard: readonly string[];
}

/** `openssl s_server`, which serves a certificate; a second one is for a name that is asked for. */
export async function startOpenssl(
  made: Made,
  options: readonly string[] = [],
  named?: { readonly name: string; readonly made: Made },
): Promise<Server> {
  const directory = await Deno.makeTempDir();
  const write = async (name: string, { pem, pkcs8 }: Made) => {
    await Deno.writeTextFile(`${directory}/${name}.crt`, pem);
    await Deno.writeTextFile(`${directory}/${name}.key`, pkcs8);
  };
  const args = ["s_server", "-accept", "127.0.0.1:0", "-cert", "one.crt", "-key", "one.key"];
  await write("one", made);
  if (named !== undefined) {
    await write("two", named.made);
    args.push("-servername", named.name, "-cert2", "two.crt", "-key2", "two.key");
  }
  const child = new Deno.Command("openssl", {
    args: [...args, ...options],
    cwd: directory,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let port: string | undefined;
  while (port === undefined) {
    const { done, value } = await output.read();
    if (done) throw new Error(`openssl s_server does not start: ${text}`);
    text += value;
    port = /^ACCEPT 127\.0\.0\.1:(\d+)$/m.exec(text)?.[1];
  }
  const drained = (async () => {
    while (!(await output.read()).done);
  })();
  return {
    port: Number(port),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.status;
      await child.stdin.close().catch(() => undefined);
      await drained;
      await Deno.remove(directory, { recursive: true });
    },
  };
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
