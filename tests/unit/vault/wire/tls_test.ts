/** Who may vouch for the server, at a demo server with TLS. */
import assert from "node:assert/strict";
import { createDemoCa } from "../../../../lib/tools/demo/demo_ca.ts";
import { startDemoServer } from "../../../../lib/tools/demo/demo_server.ts";
import type { VaultAccess } from "../../../../lib/vault/access/access.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { makeIdentity } from "../identity.ts";
import { startAnswering } from "../scripted_server.ts";
import { byAppRole, byToken, failureOf, unverified, withoutTime } from "../access_fixtures.ts";

async function withVault(
  test: (
    access: VaultAccess,
    vault: Awaited<ReturnType<typeof startDemoServer>>,
  ) => Promise<void>,
): Promise<void> {
  const vault = await startDemoServer({ tls: true });
  const { roleId, secretId, address } = vault;
  const by = { kind: "approle", mount: "approle", roleId, secretId, from: "the test" } as const;
  try {
    await test({ ...byToken(address), credentials: [by] }, vault);
  } finally {
    await vault.close();
  }
}

const LOGIN = "auth/approle/login";

Deno.test("a CA among others that vouches for the server is enough", () =>
  withVault(async (access, vault) => {
    const other = await createDemoCa(new Date());
    const authorities = [other.root.certificate, vault.caPem ?? ""];
    await (await openSession({ ...access, tls: { authorities } })).close();
    assert.deepEqual(vault.requests.map(({ path }) => path), [LOGIN, "auth/token/revoke-self"]);
  }));

Deno.test("another CA does not vouch for the server, which then hears no request", () =>
  withVault(async (access, vault) => {
    const { root } = await createDemoCa(new Date());
    const error = await failureOf(() =>
      openSession({ ...access, tls: { authorities: [root.certificate] } })
    );
    assert.equal(
      error.message,
      `Cannot verify the TLS certificate of "${vault.address}": its issuer is not trusted; ` +
        'set "vault_ssl_verify" (or VAULT_CACERT) to the CA file',
    );
    assert.deepEqual(vault.requests, []);
  }));

Deno.test("a certificate for another name is reported", async () => {
  const { caPem, identity } = await makeIdentity("other.test", []);
  await using server = startAnswering(() => ({ body: {} }), identity);
  const session = await openSession({ ...byToken(server.address), tls: { authorities: [caPem] } });
  const { message } = await failureOf(() => session.write("pki/issue/web", {}));
  assert.equal(
    message,
    `Cannot verify the TLS certificate of "${server.address}": it is for another name; ` +
      'use a name from it in the address, or set "tls_server_name"',
  );
  assert.deepEqual(server.heard, []);
  await session.close();
});

for (const [days, what] of [[-365, "has expired"], [365, "is not valid yet"]] as const) {
  Deno.test(`a certificate that ${what} is reported, with this host's time`, async () => {
    const from = new Date(Date.now() + days * 86_400_000);
    const { caPem, identity } = await makeIdentity("localhost", ["127.0.0.1"], from, 1);
    await using server = startAnswering(() => ({ body: {} }), identity);
    const access = { ...byToken(server.address), tls: { authorities: [caPem] } };
    const session = await openSession(access);
    const { message } = await failureOf(() => session.write("pki/issue/web", {}));
    assert.equal(
      withoutTime(message),
      `Cannot verify the TLS certificate of "${server.address}": it ${what} (this host's clock ` +
        "says NOW); renew it on the server or, if the time is wrong, set this host's clock",
    );
    await session.close();
  });
}

Deno.test("a CA file that cannot be decoded is an error that says so", async () => {
  const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const access = { ...byAppRole("https://127.0.0.1:1"), tls: { authorities: [broken] } };
  const { message } = await failureOf(() => openSession(access));
  assert.match(
    message,
    /^A CA certificate cannot be used; set "vault_ssl_verify" to another CA file$/,
  );
});

Deno.test("without authorities nobody has to vouch for the server", () =>
  withVault(async (access, vault) => {
    const session = await openSession(unverified(access));
    const answer = await session.write("pki/issue/web", { common_name: "a.example.test" });
    assert.match(String(answer.data["certificate"]), /^-----BEGIN CERTIFICATE-----/);
    await session.close();
    assert.deepEqual(vault.requests.map(({ status }) => status), [200, 200, 204]);
  }));

Deno.test("without authorities a name is sent for servers of several (SNI)", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const hello = (async () => {
    // The first connection only learns whether the server is there.
    (await listener.accept()).close();
    using connection = await listener.accept();
    const bytes = new Uint8Array(4096);
    const length = await connection.read(bytes) ?? 0;
    return new TextDecoder("latin1").decode(bytes.subarray(0, length));
  })();
  const access = byToken(`https://localhost:${listener.addr.port}`);
  const session = await openSession(unverified(access));
  await failureOf(() => session.write("pki/issue/web", {}));
  assert.match(await hello, /localhost/);
  await session.close();
});
