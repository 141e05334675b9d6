/** One login by each auth method: what is sent, and what a refusal means. */
import assert from "node:assert/strict";
import type { Credentials } from "../../../../lib/vault/access/credentials.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { fakeClock } from "../clock.ts";
import { enveloped, login } from "../recorded_answers.ts";
import { type Scripted, startScripted } from "../scripted_server.ts";
import { assertNoSecret, byToken, failureOf, OWN_TOKEN, SECRET_ID } from "../access_fixtures.ts";

const REVOKE = "auth/token/revoke-self";
const JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJob3N0In0.c2lnbmF0dXJl";

const APPROLE = {
  kind: "approle",
  mount: "team/approle",
  roleId: "role-id",
  secretId: SECRET_ID,
  from: "VAULT_ROLE_ID and VAULT_SECRET_ID",
} as const;
const CERT = { kind: "cert", mount: "cert", from: '"/etc/vcm/host.crt"' } as const;
const TOKEN_FILE = { kind: "jwt", mount: "k8s", jwt: JWT, from: '"/run/jwt"' } as const;

/** Logs in by one way at a server that answers so, and gives what the server heard. */
async function logInBy(by: Credentials, answer: Scripted = login(OWN_TOKEN)) {
  await using server = startScripted(({ path }) => path === REVOKE ? undefined : answer);
  const session = await openSession({ ...byToken(server.address), credentials: [by] });
  await session.close();
  return server.heard;
}

async function refusalOf(
  by: Credentials,
  status: number,
  errors: unknown,
  tries = 1,
): Promise<string> {
  await using server = startScripted(() => ({ status, body: { errors } }));
  const access = { ...byToken(server.address), credentials: [by], retries: 3 };
  const error = await failureOf(() => openSession(access, undefined, fakeClock()));
  assert.equal(server.heard.length, tries, "it was tried again");
  if (status < 500) assert.equal(error.status, status);
  return error.message.replace(server.address, "ADDRESS");
}

/** Login methods, and the path and body of their request. */
const SENT: readonly (readonly [Credentials, string, unknown])[] = [
  [APPROLE, "auth/team/approle/login", { role_id: "role-id", secret_id: SECRET_ID }],
  [CERT, "auth/cert/login", {}],
  [{ ...CERT, role: "web", mount: "hosts" }, "auth/hosts/login", { name: "web" }],
  [TOKEN_FILE, "auth/k8s/login", { jwt: JWT }],
  [{ ...TOKEN_FILE, role: "web" }, "auth/k8s/login", { role: "web", jwt: JWT }],
];

for (const [by, path, body] of SENT) {
  Deno.test(`a login by ${by.kind} sends ${Object.keys(body as object)} to ${path}`, async () => {
    const [asked, revoked] = await logInBy(by);
    assert.deepEqual([asked?.method, asked?.path, asked?.token], ["POST", path, null]);
    assert.deepEqual(JSON.parse(asked?.body ?? ""), body);
    assert.deepEqual([revoked?.path, revoked?.token], [REVOKE, OWN_TOKEN]);
  });
}

Deno.test("refused credentials are reported with what to check", async () => {
  assert.equal(
    await refusalOf(APPROLE, 400, ["invalid secret id"]),
    '"ADDRESS" refused the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID (400: invalid secret ' +
      "id); check both ids; the secret id may have expired",
  );
  assert.equal(
    await refusalOf(CERT, 400, ["no chain matching all constraints could be found"]),
    '"ADDRESS" refused the client certificate "/etc/vcm/host.crt" (400: no chain matching all ' +
      "constraints could be found); check that it is valid, allows client authentication, " +
      'and is registered at "auth/cert"; to issue a new one, run once with VAULT_TOKEN',
  );
  assert.equal(
    await refusalOf(TOKEN_FILE, 400, ["error validating token"]),
    '"ADDRESS" refused the JWT from "/run/jwt" (400: error validating token); check its audience, ' +
      "its expiry, and the role",
  );
});

Deno.test("a client certificate that has expired is a refusal with a remedy", async () => {
  // OpenBao 2.6.2 answers 500 for it.
  const said = "failed to verify client's certificate: x509: certificate has expired";
  const message = await refusalOf(CERT, 500, [said]);
  assert.equal(
    message,
    `"ADDRESS" refused the client certificate "/etc/vcm/host.crt" (500: ${said}); check that ` +
      'it is valid, allows client authentication, and is registered at "auth/cert"; to ' +
      "issue a new one, run once with VAULT_TOKEN",
  );
  const other = await refusalOf({ ...TOKEN_FILE, mount: "cert" }, 500, [said]);
  assert.equal(other, `"ADDRESS" refused "auth/cert/login" (500: ${said})`);
});

Deno.test("a login that is denied asks whether the auth method is mounted there", async () => {
  for (const by of [APPROLE, CERT, TOKEN_FILE]) {
    assert.equal(
      await refusalOf(by, 403, ["permission denied"]),
      `"ADDRESS" denied a login at "auth/${by.mount}" (403: permission denied); is an auth ` +
        `method "${by.kind}" mounted there? If it is elsewhere, set "mount" under "auth"` +
        // The login of an AppRole is bound by other settings, whose refusal says so.
        (by === APPROLE
          ? ""
          : "; or its role is bound to other addresses than this host's (token_bound_cidrs)"),
    );
  }
});

Deno.test("an internal error of the server at login is reported unchanged", async () => {
  assert.equal(
    await refusalOf(TOKEN_FILE, 500, ["internal error"], 4),
    '"ADDRESS" refused "auth/k8s/login" (500: internal error)',
  );
});

Deno.test("a refused login that echoes the JWT is shown without it", async () => {
  await using server = startScripted(({ body }) => ({
    status: 400,
    body: { errors: [`bad ${JSON.parse(body).jwt}`] },
  }));
  const access = { ...byToken(server.address), credentials: [TOKEN_FILE] };
  const error = await failureOf(() => openSession(access));
  assert.match(error.message, /\(400: bad \[redacted\]\)/);
  assert.equal(Deno.inspect(error).includes(JWT), false);
});

Deno.test("an answer to a login without a token is an error", async () => {
  for (const auth of [null, {}, { client_token: "" }, { client_token: 7 }, [], "text"]) {
    await using server = startScripted(() => ({ body: { auth } }));
    const access = { ...byToken(server.address), credentials: [APPROLE] };
    assert.equal(
      (await failureOf(() => openSession(access))).message,
      `"${server.address}" accepted the login but returned no token`,
    );
  }
});

Deno.test("a token of a login that would break a header is sent nowhere, nor shown", async () => {
  const broken = "s.tokenThatTheLoginMade\r\nx-other: 1";
  await using server = startScripted(() => ({ body: { auth: { client_token: broken } } }));
  const access = { ...byToken(server.address), credentials: [APPROLE] };
  assert.equal(
    (await failureOf(() => openSession(access))).message,
    `The token from "${server.address}" contains a space, a newline or another character that ` +
      "is not allowed",
  );
  assert.equal(server.heard.length, 1);
});

Deno.test("a token for a number of requests is used for so many, then a new login is made", async () => {
  let logins = 0;
  await using server = startScripted(({ path }) =>
    path.endsWith("/login")
      ? { body: { auth: { client_token: `s.own-${++logins}`, num_uses: 2 } } }
      : enveloped({})
  );
  const session = await openSession({ ...byToken(server.address), credentials: [APPROLE] });
  for (let at = 0; at < 5; at++) await session.write("pki/issue/web", {});
  await session.close();
  const tokens = server.heard.map(({ path, token }) => `${path.split("/").at(-1)} ${token}`);
  assert.deepEqual(tokens, [
    "login null",
    "web s.own-1",
    "web s.own-1",
    "login null",
    "web s.own-2",
    "web s.own-2",
    "login null",
    "web s.own-3",
    // What is used up needs no revocation; what is not is revoked by its last use.
    "revoke-self s.own-3",
  ]);
});

Deno.test("a batch token that cannot be revoked ends the session without an error", async () => {
  const refusal = { status: 400, body: { errors: ["batch tokens cannot be revoked"] } };
  await using server = startScripted(({ path }) => path === REVOKE ? refusal : login(OWN_TOKEN));
  const session = await openSession({ ...byToken(server.address), credentials: [APPROLE] });
  await session.close();
  assert.deepEqual(server.calls(), ["POST auth/team/approle/login", `POST ${REVOKE}`]);
});

Deno.test("an unusable login method is reported before any request", async () => {
  await using server = startScripted(() => login(OWN_TOKEN));
  const by = { kind: "unusable", problem: "The AppRole has no secret id" } as const;
  const access = { ...byToken(server.address), credentials: [by] };
  const { message } = await failureOf(() => openSession(access));
  assert.equal(message, "The AppRole has no secret id");
  assertNoSecret(message);
  assert.deepEqual(server.heard, []);
});
