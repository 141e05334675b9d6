import assert from "node:assert/strict";
import { createDemoCa } from "../../../../lib/tools/demo/demo_ca.ts";
import { issueCertificate } from "../../../../lib/vault/pki/pki.ts";
import { NO_HELPERS, openSession } from "../../../../lib/vault/session/session.ts";
import { SocketTransport } from "../../../../lib/vault/wire/socket_transport.ts";
import { openTransport } from "../../../../lib/vault/wire/transport.ts";
import { freePort } from "../../../support/free_port.ts";
import { makeRequest } from "../../../support/fixtures.ts";
import { waitUntil } from "../../../support/wait_until.ts";
import { fakeClock } from "../clock.ts";
import { holdLimits } from "../held_limits.ts";
import { enveloped, login } from "../recorded_answers.ts";
import { startScripted } from "../scripted_server.ts";
import { byAppRole, byToken, failureOf, OWN_TOKEN } from "../access_fixtures.ts";

const REQUEST = makeRequest({ commonName: "a.test" });

Deno.test("a server that accepts the request and never answers is given up", async () => {
  await using silent = startSilentServer();
  using limits = holdLimits();
  const session = await openSession(byToken(`http://${silent.host}`));
  const failing = failureOf(() => issueCertificate(session, REQUEST));
  await silent.requests(1);
  limits.pass();
  assert.equal((await failing).message, `No answer from "http://${silent.host}" within 60 s`);
  await session.close();
});

Deno.test("a limit in fractions of a second is printed as such", async () => {
  await using silent = startSilentServer();
  using held = holdLimits();
  const limits = { connect: 10_000, answer: 50 };
  const session = await openSession({ ...byToken(`http://${silent.host}`), limits });
  const failing = failureOf(() => issueCertificate(session, REQUEST));
  await silent.requests(1);
  held.pass();
  assert.equal((await failing).message, `No answer from "http://${silent.host}" within 0.05 s`);
  await session.close();
});

Deno.test("a server that accepts the request and never answers is given up by the clock", async () => {
  await using silent = startSilentServer();
  const address = `http://${silent.host}`;
  const transport = await openTransport(byToken(address), address);
  const request = { method: "GET", url: `${address}/v1/sys/health`, headers: {} } as const;
  await assert.rejects(transport.send(request, 50), { name: "TimeoutError" });
  transport.close();
});

Deno.test("after three requests without an answer a run asks that server no more", async () => {
  await using silent = startSilentServer();
  using limits = holdLimits();
  const session = await openSession(byToken(`http://${silent.host}`));
  for (const tries of [1, 2, 3]) {
    const failing = failureOf(() => issueCertificate(session, REQUEST));
    await silent.requests(tries);
    limits.pass();
    await failing;
  }
  const connections = silent.connections();
  for (let tries = 0; tries < 3; tries++) {
    await failureOf(() => issueCertificate(session, REQUEST));
  }
  assert.deepEqual(limits.running, []);
  assert.equal(silent.connections(), connections);
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
    const { root } = await createDemoCa(new Date());
    const tls = { authorities: [root.certificate], serverName: "vault.test" };
    const url = `https://${silent.host}/v1/sys/health`;
    const sent = new SocketTransport(tls).send({ method: "GET", url, headers: {} }, 50);
    await assert.rejects(sent, { name: "TimeoutError" });
  },
});

Deno.test("an address that does not answer leaves the next one its share of the time", async () => {
  await using silent = startSilentServer();
  await using working = startScripted(({ path }) =>
    path === "auth/approle/login" ? login(OWN_TOKEN) : enveloped({})
  );
  using limits = holdLimits();
  const clock = fakeClock();
  const access = byAppRole(`http://${silent.host}`, working.address);
  const opening = openSession(access, NO_HELPERS, clock);
  await silent.requests(1);
  const [share = 0] = limits.running;
  assert.ok(share > 0 && share <= access.limits.answer / 2, `${share} ms`);
  clock.pass(share);
  limits.pass();
  const session = await opening;
  const connections = silent.connections();
  // The next request begins at the one that answered.
  assert.equal((await session.write("pki/issue/web", {})).address, working.address);
  assert.equal(silent.connections(), connections);
  await session.close();
});

Deno.test("if no address answers, each is named with its share of the time", async () => {
  await using first = startSilentServer();
  await using second = startSilentServer();
  using limits = holdLimits();
  const clock = fakeClock();
  const access = byToken(`http://${first.host}`, `http://${second.host}`);
  const session = await openSession(access, NO_HELPERS, clock);
  const failing = failureOf(() => session.write("pki/issue/web", {}));
  for (const silent of [first, second]) {
    await silent.requests(1);
    clock.pass(access.limits.answer / 2);
    limits.pass();
  }
  assert.equal(
    (await failing).message,
    `None of the 2 addresses can be used: No answer from "http://${first.host}" within 30 s; ` +
      `No answer from "http://${second.host}" within 30 s`,
  );
  await session.close();
});

Deno.test("an address that did not answer in eight requests at one time leaves the other", async () => {
  await using silent = startSilentServer();
  await using working = startScripted(() => enveloped({}));
  using limits = holdLimits();
  const session = await openSession(byToken(`http://${silent.host}`, working.address));
  const asked = Array.from({ length: 8 }, () => session.write("pki/issue/web", {}));
  await silent.requests(8);
  limits.pass();
  const answers = await Promise.all(asked);
  assert.deepEqual(answers.map(({ address }) => address), asked.map(() => working.address));
  const connections = silent.connections();
  assert.equal((await session.write("pki/issue/web", {})).address, working.address);
  assert.equal(silent.connections(), connections);
  await session.close();
});

Deno.test("one request without an answer, beside an address that is down, ends nothing", async () => {
  await using silent = startSilentServer();
  using limits = holdLimits();
  const access = byToken(`http://127.0.0.1:${freePort()}`, `http://${silent.host}`);
  const session = await openSession(access);
  for (const asked of [1, 2]) {
    const failing = failureOf(() => session.write("pki/issue/web", {}));
    await silent.requests(asked);
    limits.pass();
    await failing;
  }
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
  const none = { location: undefined, retryAfter: undefined, serverTime: undefined };
  assert.deepEqual(answer, { status: 200, ...none, body: "{}" });
  (await serving).close();
});

/** Takes connections, reads what comes, and never writes. */
function startSilentServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  let requests = 0;
  const read = async (connection: Deno.Conn) => {
    // Who only looks whether the server is there sends nothing.
    if (await connection.read(new Uint8Array(4096)).catch(() => null) !== null) requests++;
  };
  const reading: Promise<void>[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      reading.push(read(connection));
    }
  })();
  return {
    host: `127.0.0.1:${listener.addr.port}`,
    connections: () => open.length,
    /** Waits until so many requests have come. */
    requests: (count: number) =>
      waitUntil(
        `${count} requests have come`,
        60,
        () => Promise.resolve(requests >= count || undefined),
      ),
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await serving;
      open.forEach((connection) => connection.close());
      await Promise.all(reading);
    },
  };
}
