import assert from "node:assert/strict";
import { createPracticeCa } from "../../../../lib/demo/practice_ca.ts";
import { issueCertificate } from "../../../../lib/vault/pki/pki.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { SocketTransport } from "../../../../lib/vault/wire/socket_transport.ts";
import { freePort } from "../../../support/free_port.ts";
import { makeRequest } from "../../../support/fixtures.ts";
import { enveloped, login } from "../recorded_answers.ts";
import { startScripted } from "../scripted_server.ts";
import { byAppRole, byToken, failureOf, OWN_TOKEN } from "../ways.ts";

const REQUEST = makeRequest({ commonName: "a.test" });

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
  // One more connection comes before the first request, to learn whether the server is there.
  assert.equal(silent.connections() - before, 1 + 3);
  await session.close();
});

Deno.test({
  name: "a server that begins TLS and says nothing is given up, unverified too",
  // Deno 2.7.11 keeps a connection whose handshake did not end; the program ends right after.
  sanitizeResources: false,
  fn: async () => {
    await using silent = startSilentServer();
    const transport = new SocketTransport({});
    const url = `https://${silent.host}/v1/sys/health`;
    await assert.rejects(transport.send({ method: "GET", url, headers: {} }, 50), {
      name: "TimeoutError",
    });
  },
});

Deno.test({
  name: "a server that begins TLS and says nothing is given up, verified by a name too",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    await using silent = startSilentServer();
    const { root } = await createPracticeCa(new Date());
    const tls = { authorities: [root.certificate], serverName: "vault.test" };
    const url = `https://${silent.host}/v1/sys/health`;
    const sent = new SocketTransport(tls).send({ method: "GET", url, headers: {} }, 50);
    const late = new Promise((_, reject) => setTimeout(reject, 5000, new Error("it hangs")));
    await assert.rejects(Promise.race([sent, late]), { name: "TimeoutError" });
  },
});

Deno.test("an address that does not answer leaves the next one its share of the time", async () => {
  await using silent = startSilentServer();
  await using working = startScripted(({ path }) =>
    path === "auth/approle/login" ? login(OWN_TOKEN) : enveloped({})
  );
  const limits = { connect: 10_000, answer: 2000 };
  const access = { ...byAppRole(`http://${silent.host}`, working.address), limits };
  const session = await openSession(access);
  const connections = silent.connections();
  // The next request begins at the one that answered.
  assert.equal((await session.write("pki/issue/web", {})).address, working.address);
  assert.equal(silent.connections(), connections);
  await session.close();
});

Deno.test("where no address answers, each is named with its share of the time", async () => {
  await using first = startSilentServer();
  await using second = startSilentServer();
  const limits = { connect: 10_000, answer: 100 };
  const access = { ...byToken(`http://${first.host}`, `http://${second.host}`), limits };
  const session = await openSession(access);
  const { message } = await failureOf(() => session.write("pki/issue/web", {}));
  assert.match(
    message,
    new RegExp(
      `^None of the 2 addresses can be used: No answer from "http://${first.host}" within ` +
        `0\\.05 s; No answer from "http://${second.host}" within 0\\.0\\d+ s$`,
    ),
  );
  await session.close();
});

Deno.test("an address that did not answer in eight requests at one time leaves the other", async () => {
  await using silent = startSilentServer();
  await using working = startScripted(() => enveloped({}));
  const limits = { connect: 10_000, answer: 50 };
  const access = { ...byToken(`http://${silent.host}`, working.address), limits };
  const session = await openSession(access);
  await Promise.allSettled(Array.from({ length: 8 }, () => session.write("pki/issue/web", {})));
  assert.equal((await session.write("pki/issue/web", {})).address, working.address);
  await session.close();
});

Deno.test("one request without an answer, beside an address that is down, ends nothing", async () => {
  await using silent = startSilentServer();
  const limits = { connect: 10_000, answer: 50 };
  const access = {
    ...byToken(`http://127.0.0.1:${freePort()}`, `http://${silent.host}`),
    limits,
  };
  const session = await openSession(access);
  await failureOf(() => session.write("pki/issue/web", {}));
  const before = silent.connections();
  await failureOf(() => session.write("pki/issue/web", {}));
  assert.ok(silent.connections() > before, "it was not asked again");
  await session.close();
});

Deno.test("an answer ends at its length, though the connection stays open", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    const connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    const text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    await connection.write(new TextEncoder().encode(text));
    return connection;
  })();
  const url = `http://127.0.0.1:${listener.addr.port}/v1/sys/health`;
  const answer = await new SocketTransport({}).send({ method: "GET", url, headers: {} }, 5000);
  assert.deepEqual(answer, { status: 200, body: "{}" });
  (await serving).close();
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
