/** Several addresses: they are tried in their order, and the one that answers is kept to. */
import assert from "node:assert/strict";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { freePort } from "../../../support/free_port.ts";
import { enveloped, login, RECORDED, SEALED } from "../recorded_answers.ts";
import { type ScriptedServer, startScripted } from "../scripted_server.ts";
import { byAppRole, byToken, failureOf, OWN_TOKEN } from "../access_fixtures.ts";

const ISSUE = "pki/issue/web";

function startWorking(): ScriptedServer {
  return startScripted(({ path }) =>
    path === "auth/approle/login" ? login(OWN_TOKEN) : enveloped({})
  );
}

function refusing(): string {
  return `http://127.0.0.1:${freePort()}`;
}

Deno.test("an address that refuses connections is passed over, for login and issue", async () => {
  await using working = startWorking();
  const session = await openSession(byAppRole(refusing(), working.address));
  assert.equal((await session.write(ISSUE, {})).address, working.address);
  await session.close();
  assert.deepEqual(working.calls(), [
    "POST auth/approle/login",
    `POST ${ISSUE}`,
    "POST auth/token/revoke-self",
  ]);
});

Deno.test("a sealed address is skipped, for login and issue", async () => {
  await using sealed = startScripted(() => SEALED);
  await using working = startWorking();
  const session = await openSession(byAppRole(sealed.address, working.address));
  assert.equal((await session.write(ISSUE, {})).address, working.address);
  await session.close();
  assert.deepEqual(sealed.calls(), ["POST auth/approle/login"]);
  assert.deepEqual(working.heard.map(({ token }) => token), [null, OWN_TOKEN, OWN_TOKEN]);
});

Deno.test("with a token, a sealed address is found out by the request itself", async () => {
  await using sealed = startScripted(() => SEALED);
  await using working = startWorking();
  const session = await openSession(byToken(sealed.address, working.address));
  await session.write(ISSUE, {});
  await session.write(ISSUE, {});
  await session.close();
  assert.deepEqual(sealed.calls(), [`POST ${ISSUE}`]);
  assert.deepEqual(working.calls(), [`POST ${ISSUE}`, `POST ${ISSUE}`]);
});

Deno.test("the first address that works is used, and the others get no request", async () => {
  await using first = startWorking();
  await using second = startWorking();
  for (const access of [byToken, byAppRole]) {
    const session = await openSession(access(first.address, second.address));
    assert.equal((await session.write(ISSUE, {})).address, first.address);
    await session.close();
  }
  assert.deepEqual(second.heard, []);
});

Deno.test("the address that answered is used until it fails, and then the next one", async () => {
  let sealed = false;
  await using first = startScripted(() => SEALED);
  await using second = startScripted(() => sealed ? SEALED : enveloped({}));
  await using third = startWorking();
  const session = await openSession(byToken(first.address, second.address, third.address));
  const addresses: string[] = [];
  for (let at = 0; at < 4; at++) {
    sealed = at >= 2;
    addresses.push((await session.write(ISSUE, {})).address);
  }
  await session.close();
  const { address } = second;
  assert.deepEqual(addresses, [address, address, third.address, third.address]);
  assert.deepEqual([first, second, third].map(({ heard }) => heard.length), [1, 3, 2]);
});

Deno.test("from the last address it goes on to the first", async () => {
  let moved = false;
  await using first = startScripted(() => moved ? enveloped({}) : SEALED);
  await using second = startScripted(() => moved ? SEALED : enveloped({}));
  const session = await openSession(byToken(first.address, second.address));
  assert.equal((await session.write(ISSUE, {})).address, second.address);
  moved = true;
  assert.equal((await session.write(ISSUE, {})).address, first.address);
  await session.close();
});

for (const status of [412, 429, 472, 473, 500, 501, 502, 503, 504, 520]) {
  Deno.test(`an address that answers ${status} is passed over`, async () => {
    await using first = startScripted(() => ({ status, body: { errors: ["not now"] } }));
    await using working = startWorking();
    const session = await openSession(byToken(first.address, working.address));
    assert.equal((await session.write(ISSUE, {})).address, working.address);
    await session.close();
    assert.equal(first.heard.length, 1);
  });
}

for (const status of [400, 403, 404, 405]) {
  Deno.test(`what one address refuses with ${status} is asked of no other`, async () => {
    await using first = startScripted(() => ({ status, body: { errors: ["no"] } }));
    await using working = startWorking();
    const session = await openSession({ ...byToken(first.address, working.address), retries: 5 });
    assert.equal((await failureOf(() => session.write(ISSUE, {}))).status, status);
    await session.close();
    assert.deepEqual([first.heard.length, working.heard.length], [1, 0]);
  });
}

Deno.test("a refused login is not tried again elsewhere", async () => {
  for (const { wrongSecret } of RECORDED) {
    await using refusing = startScripted(() => wrongSecret);
    await using working = startWorking();
    const access = byAppRole(refusing.address, working.address);
    assert.equal((await failureOf(() => openSession(access))).status, 400);
    assert.deepEqual(working.heard, []);
  }
});

Deno.test("if no address can be used, the error of each is reported, in their order", async () => {
  await using sealed = startScripted(() => SEALED);
  const down = refusing();
  const refused = `Cannot connect to "${down}": connection refused; is the server running?`;
  const unready = `"${sealed.address}" is sealed or not ready (503); unseal it first`;
  const messageFor = async (...addresses: string[]) =>
    (await failureOf(() => openSession(byAppRole(...addresses)))).message;
  assert.equal(await messageFor(down), refused);
  assert.equal(
    await messageFor(sealed.address, down),
    `None of the 2 addresses can be used: ${unready}; ${refused}`,
  );
  assert.equal(
    await messageFor(down, sealed.address),
    `None of the 2 addresses can be used: ${refused}; ${unready}`,
  );
});

Deno.test("a session asks nothing of servers that were all down, and says the same again", async () => {
  await using sealed = startScripted(() => SEALED);
  const session = await openSession(byToken(sealed.address, refusing()));
  const first = await failureOf(() => session.write(ISSUE, {}));
  assert.equal(await failureOf(() => session.write(ISSUE, {})), first);
  assert.equal(await failureOf(() => session.read("pki/roles/web")), first);
  await session.close();
  assert.deepEqual(sealed.calls(), [`POST ${ISSUE}`]);
});

Deno.test("with one address and a token nothing is asked before it is needed", async () => {
  await using server = startWorking();
  await (await openSession(byToken(server.address))).close();
  assert.deepEqual(server.heard, []);
});
