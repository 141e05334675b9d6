/** Plain text to this host itself goes past every proxy: one of those would see the token. */
import assert from "node:assert/strict";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { SocketTransport } from "../../../../lib/vault/wire/socket_transport.ts";
import { isProxied, openTransport } from "../../../../lib/vault/wire/transport.ts";
import { freePort } from "../../../support/free_port.ts";
import { makeIdentity } from "../identity.ts";
import { enveloped } from "../recorded_answers.ts";
import { startScripted } from "../scripted_server.ts";
import { byToken, clientOf, failureOf, TOKEN, unverified } from "../access_fixtures.ts";

/** Runs a step where the environment names a proxy, in each spelling that the runtime knows. */
async function withProxyVariable(proxy: string, step: () => Promise<void>): Promise<void> {
  const names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
  const before = ["NO_PROXY", "no_proxy", ...names].map((name) => [name, Deno.env.get(name)]);
  for (const name of ["NO_PROXY", "no_proxy"]) Deno.env.delete(name);
  for (const name of names) Deno.env.set(name, proxy);
  try {
    await step();
  } finally {
    for (const [name = "", text] of before) {
      if (text === undefined) Deno.env.delete(name);
      else Deno.env.set(name, text);
    }
  }
}

Deno.test("plain text to this host goes past a proxy, which hears nothing", async () => {
  await using proxy = startScripted(() => enveloped({ by: "proxy" }));
  await using server = startScripted(() => enveloped({ by: "server" }));
  const base = { ...byToken(server.address), proxied: true };
  await withProxyVariable(proxy.address, async () => {
    for (const access of [base, { ...base, proxy: proxy.address }]) {
      const session = await openSession(access);
      const { data } = await session.write("pki/issue/web", { common_name: "ü" });
      assert.deepEqual(data, { by: "server" });
      await session.close();
    }
  });
  assert.deepEqual(proxy.calls(), []);
  assert.deepEqual(server.heard.map(({ method, token, body }) => [method, token, body]), [
    ["POST", TOKEN, '{"common_name":"ü"}'],
    ["POST", TOKEN, '{"common_name":"ü"}'],
  ]);
});

Deno.test("a server on this host that is down is not blamed on the proxy", async () => {
  const address = `http://127.0.0.1:${freePort()}`;
  const session = await openSession({ ...byToken(address), proxied: true });
  const { message } = await failureOf(() => session.write("pki/issue/web", {}));
  assert.equal(
    message,
    `Cannot connect to "${address}": connection refused; is the server running?`,
  );
  await session.close();
});

Deno.test("isProxied() tells what goes through the proxy from what goes by a socket", async () => {
  const { caPem } = await makeIdentity();
  const access = { ...byToken(""), proxied: true };
  const named = { ...access, tls: { authorities: [caPem], serverName: "a.test" } };
  const cases = [
    [access, "http://127.0.0.1:8200", false],
    [access, "http://localhost:8200", false],
    [access, "http://[::1]:8200", false],
    [access, "http://vault.test:8200", true],
    [access, "https://127.0.0.1:8200", true],
    [named, "https://vault.test:8200", false],
    [unverified(access), "https://vault.test:8200", false],
    [{ ...access, proxied: false }, "https://vault.test:8200", false],
  ] as const;
  for (const [access, address, expected] of cases) {
    assert.equal(isProxied(access, address), expected, address);
    const transport = await openTransport(access, address);
    assert.equal(
      clientOf(transport) instanceof SocketTransport,
      access.proxied && !expected,
      address,
    );
    transport.close();
  }
});
