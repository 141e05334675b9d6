/** Whatever bytes come from a server: an answer, or an error of ours in one line. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { VaultError } from "../../../lib/vault/errors.ts";
import { openSession } from "../../../lib/vault/session/session.ts";
import { byToken, TOKEN } from "../../unit/vault/access_fixtures.ts";
import { BODIES } from "../arbitraries/answers.ts";
import { anyText, damaged } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const GOOD = BODIES.slice(0, 8).flatMap((body) => {
  const text = JSON.stringify(body);
  const length = new TextEncoder().encode(text).length;
  return [
    `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${text}`,
    `HTTP/1.0 403 Forbidden\r\nDate: Tue, 24 Nov 2026 10:00:00 GMT\r\n\r\n${text}`,
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${
      length.toString(16)
    }\r\n${text}\r\n0\r\n\r\n`,
    `HTTP/1.1 307 T\r\nLocation: https://x.test/${TOKEN}\r\nRetry-After: 1\r\n\r\n`,
  ];
});

const sent = fc.oneof({ weight: 4, arbitrary: damaged(...GOOD) }, anyText);

/** Says the same to whoever asks, and hangs up. */
function startSaying(said: string): Deno.TcpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const bytes = new TextEncoder().encode(said);
  (async () => {
    for await (const connection of listener) answer(connection, bytes).catch(() => {});
  })().catch(() => {});
  return listener;
}

async function answer(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  try {
    // A connection that only looks whether somebody is there asks nothing.
    if (await connection.read(new Uint8Array(4_096)) === null) return;
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  } finally {
    connection.close();
  }
}

/** @param proxied Goes past a proxy of the environment, which only the socket can. */
function hears(proxied: boolean) {
  return async (said: string) => {
    using listener = startSaying(said);
    const access = { ...byToken(`http://127.0.0.1:${listener.addr.port}`), proxied };
    const session = await openSession({ ...access, limits: { connect: 2_000, answer: 2_000 } });
    try {
      const { warnings } = await session.write("pki/issue/web", { common_name: "a" });
      assert.ok(!warnings.join().includes(TOKEN));
    } catch (error) {
      assert.ok(error instanceof VaultError, `no VaultError: ${Deno.inspect(error)}`);
      assert.match(error.message, /^\P{Cc}+$/u);
      assert.ok(!error.message.includes(TOKEN));
    } finally {
      await session.close();
    }
  };
}

const RIGHTS = { net: ["127.0.0.1"] };

export const VAULT_WIRE = [
  fuzz("any bytes are an answer to the runtime's client, or refused", sent, hears(false), RIGHTS),
  fuzz("any bytes are an answer to the socket, or refused", sent, hears(true), RIGHTS),
];
