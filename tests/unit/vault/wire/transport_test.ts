import assert from "node:assert/strict";
import type { VaultAccess } from "../../../../lib/vault/access/access.ts";
import { VaultError } from "../../../../lib/vault/errors.ts";
import { SocketTransport } from "../../../../lib/vault/wire/socket_transport.ts";
import { openTransport, probe } from "../../../../lib/vault/wire/transport.ts";
import type { RawAnswer } from "../../../../lib/vault/wire/transport.ts";
import { startConnectProxy } from "../../../support/connect_proxy.ts";
import { freePort } from "../../../support/free_port.ts";
import { makeIdentity } from "../identity.ts";
import { startAnswering, startScripted } from "../scripted_server.ts";
import { byToken, clientOf, failureOf, unverified } from "../access_fixtures.ts";

const { caPem, identity } = await makeIdentity();
const BASE = byToken("");

/** Ways to a server with TLS, and whether TLS is spoken by hand for them. */
const WAYS: readonly (readonly [string, VaultAccess, boolean])[] = [
  ["verified", { ...BASE, tls: { authorities: [caPem] } }, false],
  ["verified by a name", {
    ...BASE,
    tls: { authorities: [caPem], serverName: "localhost" },
  }, true],
  ["unverified", unverified(BASE), true],
  ["unverified with a name", {
    ...BASE,
    tls: { ...unverified(BASE).tls, serverName: "a.test" },
  }, true],
];

async function send(access: VaultAccess, address: string): Promise<RawAnswer> {
  const transport = await openTransport(access, address);
  try {
    return await transport.send({
      method: "POST",
      url: `${address}/v1/pki/issue/web?a=b`,
      headers: { "content-type": "application/json", "x-vault-namespace": "n" },
      body: '{"common_name":"ü"}',
    }, 5000);
  } finally {
    transport.close();
  }
}

for (const [kind, access, byHand] of WAYS) {
  Deno.test(`${kind}: status, headers and body come as the server sent them`, async () => {
    const date = "Tue, 24 Nov 2026 10:00:00 GMT";
    const headers = { "retry-after": "9", location: "https://b.test/", date };
    await using server = startAnswering(
      () => new Response('{"ö": 1}', { status: 429, headers }),
      identity,
    );
    const answer = await send(access, server.address);
    assert.deepEqual(answer, {
      status: 429,
      location: "https://b.test/",
      retryAfter: "9",
      serverTime: new Date("2026-11-24T10:00:00Z"),
      body: '{"ö": 1}',
    });
  });

  Deno.test(`${kind}: an answer without a body, and without headers that count, is read`, async () => {
    const headers = { date: "noon" };
    await using server = startScripted(
      () => new Response(null, { status: 204, headers }),
      identity,
    );
    assert.deepEqual(await send(access, server.address), {
      status: 204,
      location: undefined,
      retryAfter: undefined,
      serverTime: undefined,
      body: "",
    });
  });

  Deno.test(`${kind}: the request arrives whole`, async () => {
    await using server = startAnswering(() => ({ body: {} }), identity);
    await send(access, server.address);
    const [heard] = server.heard;
    assert.deepEqual([heard?.method, heard?.path, heard?.namespace, heard?.body], [
      "POST",
      "pki/issue/web",
      "n",
      '{"common_name":"ü"}',
    ]);
  });

  Deno.test(`${kind}: TLS is done by ${byHand ? "VCM's own client" : "the runtime's client"}`, async () => {
    const transport = await openTransport(access, "https://127.0.0.1:1");
    assert.equal(clientOf(transport) instanceof SocketTransport, byHand);
    transport.close();
  });
}

Deno.test("plain text is sent by the runtime's client, whatever the TLS settings", async () => {
  for (const [, access] of WAYS) {
    const transport = await openTransport(access, "http://127.0.0.1:1");
    assert.equal(clientOf(transport) instanceof SocketTransport, false);
    transport.close();
  }
});

Deno.test("VCM's own TLS client uses no proxy, and says so before anything is sent", async () => {
  const access = { ...unverified(BASE), proxy: "http://127.0.0.1:1", proxied: true };
  const { message } = await failureOf(() => openTransport(access, "https://127.0.0.1:1"));
  assert.match(
    message,
    /^A proxy cannot be used with "tls_server_name" or without verification; unset /,
  );
});

Deno.test("a proxy is what the runtime's client sends through over TLS", async () => {
  // It goes before a proxy that is named, and many hosts have the loopback address in it.
  for (const name of ["NO_PROXY", "no_proxy"]) Deno.env.delete(name);
  await using server = startAnswering(() => ({ body: { by: "server" } }), identity);
  await using proxy = startConnectProxy();
  const tls = { authorities: [caPem] };
  const access = { ...BASE, tls, proxy: proxy.address, proxied: true };
  assert.equal((await send(access, server.address)).body, '{"by":"server"}');
  assert.deepEqual(proxy.tunnels, [new URL(server.address).host]);
});

Deno.test("probe() connects and sends nothing", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const limits = { connect: 5000, answer: 5000 };
  await probe(`http://127.0.0.1:${listener.addr.port}`, limits);
  using connection = await listener.accept();
  assert.equal(await connection.read(new Uint8Array(10)), null);
});

Deno.test("probe() says that nobody listens, which may pass", async () => {
  const address = `https://127.0.0.1:${freePort()}`;
  const error = await probe(address, BASE.limits).then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof VaultError);
  assert.equal(
    error.message,
    `Cannot connect to "${address}": connection refused; is the server running?`,
  );
  assert.equal(error.retryable, true);
});
