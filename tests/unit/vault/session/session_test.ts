import assert from "node:assert/strict";
import { openSession } from "../../../../lib/vault/session/session.ts";
import {
  BAD_TOKEN,
  DENIED_NAME,
  enveloped,
  FORBIDDEN,
  login,
  noHandler,
  RECORDED,
  SEALED,
  UNKNOWN_ROLE,
} from "../recorded_answers.ts";
import { type Heard, startScripted } from "../scripted_server.ts";
import { byAppRole, byToken, failureOf, OWN_TOKEN, SECRET_ID, TOKEN } from "../access_fixtures.ts";

const LOGIN = "auth/approle/login";
const REVOKE = "auth/token/revoke-self";
const ISSUE = "pki/issue/web";

/** Lets a login in, and answers all else by `rest`. */
function loggingIn(rest: (heard: Heard) => ReturnType<Parameters<typeof startScripted>[0]>) {
  return startScripted((heard) => heard.path === LOGIN ? login(OWN_TOKEN) : rest(heard));
}

Deno.test("openSession() sends role and secret id, and then the token that it got", async () => {
  await using server = loggingIn(() => enveloped({ a: 1 }));
  const session = await openSession({ ...byAppRole(server.address), namespace: "team/web" });
  assert.deepEqual((await session.write(ISSUE, { common_name: "a" })).data, { a: 1 });
  await session.close();
  const [first, second] = server.heard;
  assert.deepEqual(JSON.parse(first?.body ?? ""), { role_id: "role-id", secret_id: SECRET_ID });
  assert.deepEqual([first?.token, first?.namespace], [null, "team/web"]);
  assert.deepEqual([second?.token, second?.namespace], [OWN_TOKEN, "team/web"]);
});

Deno.test("close() revokes the token that a login made, by that token", async () => {
  await using server = loggingIn(() => ({ status: 204, body: "" }));
  await (await openSession(byAppRole(server.address))).close();
  assert.deepEqual(server.calls(), [`POST ${LOGIN}`, `POST ${REVOKE}`]);
  assert.equal(server.heard.at(-1)?.token, OWN_TOKEN);
});

Deno.test("close() leaves a token alone that we were given", async () => {
  await using server = startScripted(() => enveloped({}));
  const session = await openSession(byToken(server.address));
  await session.write(ISSUE, {});
  await session.close();
  assert.deepEqual(server.heard.map(({ path, token }) => [path, token]), [[ISSUE, TOKEN]]);
});

Deno.test("close() does not fail if the token cannot be revoked", async () => {
  await using server = loggingIn(() => ({
    status: 400,
    body: { errors: ["batch tokens cannot be revoked"] },
  }));
  await (await openSession(byAppRole(server.address))).close();
  assert.deepEqual(server.calls(), [`POST ${LOGIN}`, `POST ${REVOKE}`]);
});

Deno.test("close() does not fail if the server has gone", async () => {
  const server = loggingIn(() => enveloped({}));
  const session = await openSession(byAppRole(server.address));
  await server[Symbol.asyncDispose]();
  await session.close();
});

for (const { release, wrongSecret, wrongSecretText } of RECORDED) {
  Deno.test(`a wrong secret id at ${release} is reported with both variables`, async () => {
    await using server = startScripted(() => wrongSecret);
    const { message, status } = await failureOf(() => openSession(byAppRole(server.address)));
    assert.equal(
      message,
      `"${server.address}" refused the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID ` +
        `(400: ${wrongSecretText}); check both ids; the secret id may have expired`,
    );
    assert.equal(status, 400);
  });
}

Deno.test("a server that is sealed says so at the login", async () => {
  await using server = startScripted(() => SEALED);
  const { message } = await failureOf(() => openSession(byAppRole(server.address)));
  assert.equal(message, `"${server.address}" is sealed or not ready (503); unseal it first`);
});

Deno.test("a login without a token is an error", async () => {
  for (const token of ["", 7 as unknown as string]) {
    await using server = startScripted(() => login(token));
    const { message } = await failureOf(() => openSession(byAppRole(server.address)));
    assert.equal(message, `"${server.address}" accepted the login but returned no token`);
  }
});

const REFUSALS = {
  "a sealed server": [SEALED, "is sealed or not ready (503); unseal it first"],
  "an unknown role": [
    UNKNOWN_ROLE,
    'refused "pki/issue/web" (400: unknown role: nosuch); check "role"',
  ],
  "a denied name": [
    DENIED_NAME,
    'refused "pki/issue/web" (400: common name www.example.test not allowed by this role); the ' +
    "role must have its domain in allowed_domains, with allow_bare_domains=true for the domain " +
    "itself and allow_subdomains=true for a name below it (bao read pki/roles/web); or use " +
    "another name",
  ],
  "a bad token": [
    BAD_TOKEN,
    'denied "update" on "pki/issue/web" (403: permission denied); ' +
    "the server does not accept the token from VAULT_TOKEN: it has expired, was revoked, is of " +
    "another server or namespace, or is bound to other addresses than this host's; to tell " +
    'which, run "bao token lookup TOKEN" as an administrator, which shows bound_cidrs if the ' +
    "token is valid",
  ],
  "a path beyond the policy": [
    FORBIDDEN,
    'denied "update" on "pki/issue/web" ' +
    "(403: 1 error occurred: * permission denied); the server accepts the token, but its " +
    'policies do not allow this path: the role\'s name "web" is wrong (bao list pki/roles), ' +
    '"pki: pki" is wrong (bao secrets list), or a policy lacks: path "pki/issue/web" { capabilities = ["update"] }',
  ],
  "a mount that is not there": [
    noHandler(ISSUE),
    'has nothing at "pki/issue/web" (404: no ' +
    'handler for route "pki/issue/web". route entry not found.); check that "pki: pki" is ' +
    "the path of a PKI secrets engine",
  ],
} as const;

for (const [what, [answer, text]] of Object.entries(REFUSALS)) {
  Deno.test(`write() explains ${what}`, async () => {
    await using server = startScripted(() => answer);
    const session = await openSession(byToken(server.address));
    const { message } = await failureOf(() => session.write(ISSUE, { common_name: "a" }));
    assert.equal(message, `"${server.address}" ${text}`);
    await session.close();
  });
}

Deno.test("write() encodes each part of the path, and keeps a base path of the address", async () => {
  await using server = startScripted(() => enveloped({}));
  const session = await openSession(byToken(`${server.address}/base`));
  await session.write("team/pki/issue/a b?c#d", {});
  await session.close();
  assert.deepEqual(server.calls(), ["POST /base/v1/team/pki/issue/a%20b%3Fc%23d"]);
});

Deno.test("write() passes the server's warnings on, and accepts an answer without any", async () => {
  const warnings = ['TTL "9000h0m0s" is longer than permitted maxTTL "72h0m0s", so maxTTL is used'];
  for (const said of [warnings, null]) {
    await using server = startScripted(() => enveloped({}, said));
    const session = await openSession(byToken(server.address));
    assert.deepEqual((await session.write(ISSUE, {})).warnings, said ?? []);
    await session.close();
  }
});

Deno.test("a token that no header can hold is not shown", async () => {
  await using server = startScripted(() => enveloped({}));
  for (const token of [`${TOKEN}\nsecond line`, `${TOKEN}\u20ac`]) {
    const credentials = { kind: "token", token, from: '"/etc/vcm/token"' } as const;
    const call = async () => {
      const session = await openSession({ ...byToken(server.address), credentials: [credentials] });
      try {
        await session.write(ISSUE, {});
      } finally {
        await session.close();
      }
    };
    await assert.rejects(call, (error: Error) => !error.message.includes(TOKEN));
  }
  assert.deepEqual(server.heard, []);
});
