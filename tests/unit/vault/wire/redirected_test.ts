/** A redirect is followed once, to servers that the file names, and the token goes nowhere else. */
import assert from "node:assert/strict";
import type { VaultAccess } from "../../../../lib/vault/access/access.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { makeIdentity } from "../identity.ts";
import { enveloped, login, SEALED } from "../recorded_answers.ts";
import { type Scripted, type ScriptedServer, startScripted } from "../scripted_server.ts";
import {
  byAppRole,
  byToken,
  failureOf,
  OWN_TOKEN,
  SECRET_ID,
  TOKEN,
  unverified,
} from "../access_fixtures.ts";

const ISSUE = "pki/issue/web";

function to(location: string, status = 307): Scripted {
  return new Response(null, { status, headers: { location } });
}

/** Sends whatever it is asked on to another server. */
function startStandby(other: ScriptedServer, status = 307): ScriptedServer {
  return startScripted(({ path }) => to(`${other.address}/v1/${path}`, status));
}

function hostOf({ address }: ScriptedServer): string {
  return new URL(address).host;
}

async function write(access: VaultAccess) {
  const session = await openSession(access);
  try {
    return await session.write(ISSUE, { common_name: "a" });
  } finally {
    await session.close();
  }
}

for (const status of [301, 302, 307, 308]) {
  Deno.test(`a ${status} to another address of the file is followed with body and token`, async () => {
    await using active = startScripted(() => enveloped({ a: 1 }));
    await using standby = startStandby(active, status);
    const answer = await write({
      ...byToken(standby.address, active.address),
      namespace: "team/web",
    });
    assert.deepEqual([answer.address, answer.data], [active.address, { a: 1 }]);
    const [heard, ...more] = active.heard;
    assert.deepEqual(more, []);
    assert.deepEqual(heard, {
      method: "POST",
      path: ISSUE,
      token: TOKEN,
      namespace: "team/web",
      body: '{"common_name":"a"}',
    });
  });
}

Deno.test("a redirect to one of redirect_hosts is followed, by host and by host and port", async () => {
  await using active = startScripted(() => enveloped({}));
  await using standby = startStandby(active);
  for (const host of [hostOf(active), "127.0.0.1"]) {
    const access = { ...byToken(standby.address), redirectHosts: [host] };
    assert.equal((await write(access)).address, active.address);
  }
});

Deno.test("a login follows a redirect too, and its token is revoked at the server that issued it", async () => {
  await using active = startScripted(({ path }) =>
    path === "auth/approle/login" ? login(OWN_TOKEN) : enveloped({})
  );
  await using standby = startStandby(active);
  await write({ ...byAppRole(standby.address), redirectHosts: [hostOf(active)] });
  assert.deepEqual(active.calls(), [
    "POST auth/approle/login",
    `POST ${ISSUE}`,
    "POST auth/token/revoke-self",
  ]);
  assert.deepEqual(standby.heard.map(({ token }) => token), [null, OWN_TOKEN, OWN_TOKEN]);
});

Deno.test("a redirect to a host that the file does not name reaches nobody", async () => {
  await using foreign = startScripted(() => enveloped({}));
  await using standby = startStandby(foreign);
  for (const redirectHosts of [[], ["vault.test"], [`127.0.0.1:${1}`]]) {
    const access = { ...byToken(standby.address), redirectHosts };
    assert.equal(
      (await failureOf(() => write(access))).message,
      `"${standby.address}" redirects to "${foreign.address}/v1/${ISSUE}", and VCM does not ` +
        'send the token there; if that host is yours, list it under "vault" or "redirect_hosts"',
    );
    const login = { ...byAppRole(standby.address), redirectHosts };
    assert.match((await failureOf(() => write(login))).message, / redirects to /);
  }
  assert.deepEqual(foreign.heard, []);
});

Deno.test("a second redirect is not followed, whereto it goes", async () => {
  await using third = startScripted(() => enveloped({}));
  await using second = startStandby(third);
  await using first = startStandby(second);
  const hosts = [second, third].map(({ address }) => new URL(address).host);
  const access = { ...byToken(first.address), redirectHosts: hosts };
  const { message } = await failureOf(() => write(access));
  assert.equal(
    message,
    `"${second.address}" redirects again, to "${third.address}/v1/${ISSUE}", but VCM follows only ` +
      "" +
      'one redirect; set "vault" to the address of the active server',
  );
  assert.deepEqual(third.heard, []);
});

Deno.test("two servers that redirect to each other end at the second", async () => {
  let there = "";
  await using first = startScripted(() => to(there));
  await using second = startScripted(() => to(`${first.address}/v1/${ISSUE}`));
  there = `${second.address}/v1/${ISSUE}`;
  await failureOf(() => write(byToken(first.address, second.address)));
  // Each was asked once in its own right, and once by the other.
  assert.deepEqual([first.heard.length, second.heard.length], [2, 2]);
});

Deno.test("a redirect from TLS to plain text is not followed, even to a host of the file", async () => {
  const { caPem, identity } = await makeIdentity();
  await using plain = startScripted(() => enveloped({}));
  await using secure = startScripted(() => to(`${plain.address}/v1/${ISSUE}`), identity);
  const access = {
    ...byToken(secure.address),
    allowHttp: true,
    redirectHosts: ["127.0.0.1"],
  };
  for (const way of [{ ...access, tls: { authorities: [caPem] } }, unverified(access)]) {
    const { message } = await failureOf(() => write(way));
    assert.ok(
      message.startsWith(`"${secure.address}" redirects to "${plain.address}/v1/${ISSUE}"`),
    );
  }
  assert.deepEqual(plain.heard, []);
});

Deno.test("a redirect from TLS to TLS is followed, and the second server is verified too", async () => {
  const { caPem, identity } = await makeIdentity();
  const stranger = await makeIdentity();
  await using active = startScripted(() => enveloped({}), identity);
  await using standby = startScripted(() => to(`${active.address}/v1/${ISSUE}`), identity);
  await using false_ = startScripted(() => enveloped({}), stranger.identity);
  await using leading = startScripted(() => to(`${false_.address}/v1/${ISSUE}`), identity);
  const tls = { authorities: [caPem] };
  const way = (address: string) => ({
    ...byToken(address),
    redirectHosts: ["127.0.0.1"],
    tls,
  });
  assert.equal((await write(way(standby.address))).address, active.address);
  const { message } = await failureOf(() => write(way(leading.address)));
  assert.match(
    message,
    /^".*" redirects to ".*": Cannot verify the TLS certificate of ".*": its issuer is not trusted; /,
  );
  assert.deepEqual(false_.heard, []);
});

Deno.test("a sealed server behind a redirect is skipped like any other", async () => {
  await using sealed = startScripted(() => SEALED);
  await using standby = startStandby(sealed);
  await using working = startScripted(() => enveloped({}));
  const access = {
    ...byToken(standby.address, working.address),
    redirectHosts: [hostOf(sealed)],
  };
  assert.equal((await write(access)).address, working.address);
  const alone = { ...byToken(standby.address), redirectHosts: [hostOf(sealed)] };
  assert.equal(
    (await failureOf(() => write(alone))).message,
    `"${sealed.address}" is sealed or not ready (503); unseal it first`,
  );
});

Deno.test("the error of a refused redirect shows no secret", async () => {
  await using standby = startScripted(({ token, body }) =>
    to(`https://evil.test/?t=${token}&s=${body.includes(SECRET_ID) ? SECRET_ID : ""}`)
  );
  await failureOf(() => write(byToken(standby.address)));
  await failureOf(() => write(byAppRole(standby.address)));
});
