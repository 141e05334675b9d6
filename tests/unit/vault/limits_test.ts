import assert from "node:assert/strict";
import { issueCertificate } from "../../../lib/vault/pki.ts";
import { openSession } from "../../../lib/vault/session.ts";
import { UnverifiedTransport } from "../../../lib/vault/unverified_transport.ts";
import { byToken, failureOf } from "./ways.ts";

const REQUEST = { mount: "pki", role: "web", commonName: "a.test", dnsSans: [], ipSans: [] };

Deno.test("a server that takes the request and never answers is given up", async () => {
  await using silent = startSilentServer();
  const limits = { connect: 10_000, answer: 50 };
  const session = await openSession({ ...byToken(`http://${silent.host}`), limits });
  const error = await failureOf(() => issueCertificate(session, REQUEST));
  assert.equal(error.message, `No answer from "http://${silent.host}" within 0.05 s`);
  await session.close();
});

Deno.test("after three requests without an answer a run asks that server no more", async () => {
  await using silent = startSilentServer();
  const limits = { connect: 10_000, answer: 50 };
  const session = await openSession({ ...byToken(`http://${silent.host}`), limits });
  const before = silent.connections();
  for (let tries = 0; tries < 6; tries++) {
    await failureOf(() => issueCertificate(session, REQUEST));
  }
  assert.equal(silent.connections() - before, 3);
  await session.close();
});

Deno.test({
  name: "a server that begins TLS and says nothing is given up, unverified too",
  // Deno 2.7.11 keeps a connection whose handshake did not end; the program ends right after.
  sanitizeResources: false,
  fn: async () => {
    await using silent = startSilentServer();
    const transport = new UnverifiedTransport(50);
    const url = `https://${silent.host}/v1/sys/health`;
    await assert.rejects(transport.send({ method: "GET", url, headers: {} }), {
      name: "TimeoutError",
    });
  },
});

/** Takes connections, reads what comes, and never writes. */
function startSilentServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const serving = (async () => {
    for await (const connection of listener) open.push(connection);
  })();
  return {
    host: `127.0.0.1:${listener.addr.port}`,
    connections: () => open.length,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await serving;
      open.forEach((connection) => connection.close());
    },
  };
}
