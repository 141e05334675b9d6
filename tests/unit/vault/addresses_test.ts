/** Several addresses: the one that logs in is the one that issues. */
import assert from "node:assert/strict";
import { openSession } from "../../../lib/vault/session.ts";
import { freePort } from "../../support/free_port.ts";
import { enveloped, HEALTHY, login, RECORDED, SEALED } from "./recorded_answers.ts";
import { type ScriptedServer, startScripted } from "./scripted_server.ts";
import { byAppRole, byToken, failureOf, OWN_TOKEN } from "./ways.ts";

const ISSUE = "pki/issue/web";

function startWorking(): ScriptedServer {
  return startScripted(({ path }) => {
    if (path === "auth/approle/login") return login(OWN_TOKEN);
    return path === "sys/health" ? HEALTHY : enveloped({});
  });
}

function refusing(): string {
  return `http://127.0.0.1:${freePort()}`;
}

Deno.test("an address that refuses connections is passed over, for login and issue", async () => {
  await using working = startWorking();
  const session = await openSession(byAppRole(refusing(), working.address));
  assert.equal(session.address, working.address);
  await session.write(ISSUE, {});
  await session.close();
  assert.deepEqual(working.calls(), [
    "POST auth/approle/login",
    `POST ${ISSUE}`,
    "POST auth/token/revoke-self",
  ]);
});

Deno.test("a sealed address is passed over, for login and issue", async () => {
  await using sealed = startScripted(() => SEALED);
  await using working = startWorking();
  const session = await openSession(byAppRole(sealed.address, working.address));
  await session.write(ISSUE, {});
  await session.close();
  assert.equal(session.address, working.address);
  assert.deepEqual(sealed.calls(), ["POST auth/approle/login"]);
  assert.deepEqual(working.heard.map(({ token }) => token), [null, OWN_TOKEN, OWN_TOKEN]);
});

Deno.test("with a token, a sealed address is found out before anything is asked of it", async () => {
  await using sealed = startScripted(({ path }) =>
    path === "sys/health" ? { status: 503, body: { sealed: true } } : SEALED
  );
  await using working = startWorking();
  const session = await openSession(byToken(sealed.address, working.address));
  await session.write(ISSUE, {});
  await session.close();
  assert.deepEqual(sealed.calls(), ["GET sys/health"]);
  assert.deepEqual(working.calls(), ["GET sys/health", `POST ${ISSUE}`]);
});

Deno.test("the first address that works is taken, and the others hear nothing", async () => {
  await using first = startWorking();
  await using second = startWorking();
  for (const access of [byToken, byAppRole]) {
    const session = await openSession(access(first.address, second.address));
    assert.equal(session.address, first.address);
    await session.close();
  }
  assert.deepEqual(second.heard, []);
});

Deno.test("a standby forwards, so it is as good as the active server", async () => {
  await using standby = startScripted(() => ({ status: 429, body: { standby: true } }));
  await using working = startWorking();
  const session = await openSession(byToken(standby.address, working.address));
  assert.equal(session.address, standby.address);
  await session.close();
});

Deno.test("a refused login is not tried again elsewhere", async () => {
  for (const { wrongSecret } of RECORDED) {
    await using refusing = startScripted(() => wrongSecret);
    await using working = startWorking();
    const access = byAppRole(refusing.address, working.address);
    assert.equal((await failureOf(() => openSession(access))).status, 400);
    assert.deepEqual(working.heard, []);
  }
});

Deno.test("where no address can be used, the last one's error is told", async () => {
  await using sealed = startScripted(() => SEALED);
  const down = refusing();
  assert.equal(
    (await failureOf(() => openSession(byAppRole(sealed.address, down)))).message,
    `Cannot connect to "${down}": connection refused; is the server running?`,
  );
  assert.equal(
    (await failureOf(() => openSession(byAppRole(down, sealed.address)))).message,
    `"${sealed.address}" is sealed or not ready (503); unseal it first`,
  );
});

Deno.test("with one address and a token nothing is asked before it is needed", async () => {
  await using server = startWorking();
  await (await openSession(byToken(server.address))).close();
  assert.deepEqual(server.heard, []);
});
