/** A server whose certificate is for another name than its address (`tls_server_name`). */
import assert from "node:assert/strict";
import type { TlsAccess } from "../../../../lib/vault/access/server_access.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { makeIdentity } from "../identity.ts";
import { enveloped } from "../recorded_answers.ts";
import { type Scripted, startScripted } from "../scripted_server.ts";
import { byToken, failureOf, TOKEN, withoutTime } from "../access_fixtures.ts";

const ISSUE = "pki/issue/web";
const { caPem, identity } = await makeIdentity("vault.internal.test", []);

/** One write at a server that shows `identity`, by its IP address. */
async function write(tls: TlsAccess, shown = identity, answer: Scripted = enveloped({ a: 1 })) {
  await using server = startScripted(() => answer, shown);
  const session = await openSession({ ...byToken(server.address), tls });
  try {
    const { data } = await session.write(ISSUE, { common_name: "ä" });
    return { said: JSON.stringify(data), heard: server.heard };
  } catch (error) {
    await failureOf(() => Promise.reject(error));
    return { said: (error as Error).message.replace(server.address, "A"), heard: server.heard };
  } finally {
    await session.close();
  }
}

Deno.test("a certificate for the given name is accepted, whatever the address is", async () => {
  const { said, heard } = await write({ authorities: [caPem], serverName: "vault.internal.test" });
  assert.equal(said, '{"a":1}');
  assert.deepEqual(heard.map(({ token, body }) => [token, body]), [[TOKEN, '{"common_name":"ä"}']]);
});

Deno.test("a certificate for another name than the given one is refused, and hears nothing", async () => {
  for (const serverName of ["vault.other.test", "internal.test", "evil.internal.test"]) {
    const { said, heard } = await write({ authorities: [caPem], serverName });
    assert.equal(
      said,
      'Cannot verify the TLS certificate of "A": it is for another name; use a name from it in ' +
        'the address, or set "tls_server_name"',
    );
    assert.deepEqual(heard, []);
  }
});

Deno.test("a certificate of another CA for the given name is refused, and its server gets nothing", async () => {
  const stranger = await makeIdentity("vault.internal.test", []);
  const tls = { authorities: [caPem], serverName: "vault.internal.test" };
  const { said, heard } = await write(tls, stranger.identity);
  assert.equal(
    said,
    'Cannot verify the TLS certificate of "A": its issuer is not trusted; set ' +
      '"vault_ssl_verify" (or VAULT_CACERT) to the CA file',
  );
  assert.deepEqual(heard, []);
});

for (const [days, what] of [[-365, "has expired"], [365, "is not valid yet"]] as const) {
  Deno.test(`a certificate for the given name that ${what} is refused, and hears nothing`, async () => {
    const from = new Date(Date.now() + days * 86_400_000);
    const { caPem, identity } = await makeIdentity("vault.internal.test", [], from, 1);
    const tls = { authorities: [caPem], serverName: "vault.internal.test" };
    const { said, heard } = await write(tls, identity);
    assert.equal(
      withoutTime(said),
      `Cannot verify the TLS certificate of "A": it ${what} (this host's clock says NOW); renew it on the ` +
        "server or, if the time is wrong, set this host's clock",
    );
    assert.deepEqual(heard, []);
  });
}

Deno.test("without authorities of one's own a given name vouches for nobody", async () => {
  const { said, heard } = await write({ authorities: [], serverName: "vault.internal.test" });
  assert.match(said, /^Cannot verify the TLS certificate of "A": its issuer is not trusted; /);
  assert.deepEqual(heard, []);
});

Deno.test("without a given name the address itself has to stand in the certificate", async () => {
  const { said, heard } = await write({ authorities: [caPem] });
  assert.match(
    said,
    /: it is for another name; use a name from it in the address, or set "tls_server_name"$/,
  );
  assert.deepEqual(heard, []);
});

Deno.test("with a given name answers are read as without one: status, hints, redirects", async () => {
  const tls = { authorities: [caPem], serverName: "vault.internal.test" };
  const headers = { "retry-after": "3600", location: "https://evil.test/" };
  const answers: readonly (readonly [number, RegExp])[] = [
    [400, /^"A" refused "pki\/issue\/web" \(400: größer\)$/],
    [429, /^"A" limits the rate of requests \(429: größer\)/],
    [307, /^"A" redirects to "https:\/\/evil\.test\/", /],
  ];
  for (const [status, message] of answers) {
    const body = '{"errors": ["größer"]}';
    assert.match(
      (await write(tls, identity, new Response(body, { status, headers }))).said,
      message,
    );
  }
});
