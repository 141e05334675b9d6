/** Whatever answers where a Vault should: proxies, web servers, and servers that break off. */
import assert from "node:assert/strict";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { makeIdentity } from "../identity.ts";
import { type Scripted, startAnswering, startScripted } from "../scripted_server.ts";
import { byAppRole, byToken, failureOf, unverified } from "../access_fixtures.ts";

const ISSUE = "pki/issue/web";

const { identity } = await makeIdentity();

/** The two ways to talk to a server: the runtime's client, and the one that verifies nothing. */
const TRANSPORTS = { verified: undefined, unverified: identity };

for (const [kind, identity] of Object.entries(TRANSPORTS)) {
  /** The message of a call that the answer has to make fail, without the address. */
  const messageFor = async (answer: () => Scripted): Promise<string> => {
    await using server = startAnswering(answer, identity);
    const access = byToken(server.address);
    const session = await openSession(identity === undefined ? access : unverified(access));
    const error = await failureOf(() => session.write(ISSUE, { common_name: "a" }));
    await session.close();
    return error.message.replaceAll(server.address, "ADDRESS");
  };

  Deno.test(`${kind}: a redirect is not followed, and its host gets no token`, async () => {
    await using other = startScripted(() => ({ body: { data: {} } }));
    for (const status of [301, 302, 307, 308]) {
      const location = `${other.address}/v1/${ISSUE}`;
      const message = await messageFor(() => new Response(null, { status, headers: { location } }));
      assert.equal(
        message,
        `"ADDRESS" redirects to "${location}", and VCM does not send the token there; if that ` +
          'host is yours, list it under "vault" or "redirect_hosts"',
      );
    }
    assert.deepEqual(other.heard, []);
  });

  Deno.test(`${kind}: a redirect without a target is reported`, async () => {
    const message = await messageFor(() => new Response(null, { status: 307 }));
    assert.match(message, /^"ADDRESS" redirects to "nowhere"; is this a Vault server/);
  });

  Deno.test(`${kind}: HTML is not an answer of Vault`, async () => {
    const html = "<!doctype html><title>Welcome</title>";
    const headers = { "content-type": "text/html" };
    assert.equal(
      await messageFor(() => new Response(html, { headers })),
      '"ADDRESS" answered "pki/issue/web" with something other than JSON (200: page "Welcome"): ' +
        "a proxy or firewall in front of Vault sent it, or this is not the address of a Vault " +
        'server; to tell which, run: curl -i ADDRESS/v1/sys/health (Vault says "sealed")',
    );
    assert.equal(
      await messageFor(() => new Response(html, { status: 502, headers })),
      '"ADDRESS" cannot be reached behind its proxy (502: page "Welcome")',
    );
  });

  Deno.test(`${kind}: JSON that is cut or empty is a part of an answer`, async () => {
    for (const body of ['{"data": {"certifi', ""]) {
      const message = await messageFor(() => ({ body }));
      assert.equal(message, '"ADDRESS" sent only part of its answer to "pki/issue/web"');
    }
  });

  Deno.test(`${kind}: JSON that is no object is no answer`, async () => {
    for (const body of ["null", '"text"', "7"]) {
      const message = await messageFor(() => ({ body }));
      assert.match(message, /with something other than JSON \(200\)/, body);
    }
  });

  Deno.test(`${kind}: an answer of 10 MB is not read to its end`, async () => {
    let sent = 0;
    const part = new Uint8Array(65_536).fill(0x20);
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent >= 10_485_760) return controller.close();
          sent += part.length;
          controller.enqueue(part);
        },
      });
    assert.equal(
      await messageFor(() => new Response(endless())),
      'The answer of "ADDRESS" is longer than 1024 KiB; is this a Vault server?',
    );
    assert.ok(sent < 10_485_760, `${sent} bytes were read`);
  });

  Deno.test(`${kind}: errors of a wrong type give no reason, and never a crash`, async () => {
    for (const errors of ["text", { a: 1 }, null, 7, [], [{ toString: 1, valueOf: 1 }]]) {
      assert.equal(
        await messageFor(() => ({ status: 400, body: { errors } })),
        '"ADDRESS" refused "pki/issue/web" (400: no reason given)',
      );
    }
  });

  Deno.test(`${kind}: what the server says is one line and not endless`, async () => {
    const errors = [`a\nb\t${"c".repeat(2000)}`];
    const message = await messageFor(() => ({ status: 400, body: { errors } }));
    assert.match(message, /\(400: a b c+\)$/);
    assert.ok(message.length < 600);
  });
}

Deno.test("a login that is redirected sends its secret id nowhere else", async () => {
  await using other = startScripted(() => ({ body: {} }));
  const location = `${other.address}/v1/auth/approle/login`;
  await using server = startAnswering(() =>
    new Response(null, { status: 307, headers: { location } })
  );
  const { message } = await failureOf(() => openSession(byAppRole(server.address)));
  assert.match(message, /redirects to/);
  assert.deepEqual(other.heard, []);
});

Deno.test("data of a wrong type is ignored", async () => {
  for (const data of [null, "text", [1], 7]) {
    await using server = startAnswering(() => ({ body: { data, warnings: "none" } }));
    const session = await openSession(byToken(server.address));
    const answer = await session.write(ISSUE, {});
    assert.deepEqual([answer.data, answer.warnings], [{}, []]);
    await session.close();
  }
});

Deno.test("a server that does not speak TLS is reported", async () => {
  await using server = startAnswering(() => ({ body: {} }));
  const address = server.address.replace("http:", "https:");
  const session = await openSession(byToken(address));
  const { message } = await failureOf(() => session.write(ISSUE, {}));
  assert.equal(message, `"${address}" does not speak TLS; is it an "http://" address?`);
  await session.close();
});
