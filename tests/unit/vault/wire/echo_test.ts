/** A server, or a proxy before it, that echoes what it was sent, with sequences for terminals. */
import assert from "node:assert/strict";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { enveloped, login } from "../recorded_answers.ts";
import { type Heard, type Scripted, startScripted } from "../scripted_server.ts";
import {
  assertNoSecret,
  byAppRole,
  byToken,
  failureOf,
  OWN_TOKEN,
  SECRET_ID,
  TOKEN,
} from "../access_fixtures.ts";

const ISSUE = "pki/issue/web";
const REDACTED = "[31mbad token [redacted][0m txet";

/** An echo as a server may write it: in red, over two lines, with a mark of direction. */
function echo(text: string): string {
  return `\x1b[31mbad token ${text}\x1b[0m\r\n\u202etxet\u202c\x07`;
}

/** Neither a control character nor a mark of direction. */
function assertPlain(text: string): void {
  assert.doesNotMatch(text, /[\p{Cc}\p{Bidi_Control}]/u);
}

function refusal(status: number, text: string): Scripted {
  return { status, body: { errors: [echo(text)] } };
}

/** What the server says at each status, around the echo. */
const SAID: Readonly<Record<number, string>> = {
  400: `refused "${ISSUE}" (400: ${REDACTED})`,
  403: `denied "update" on "${ISSUE}" (403: ${REDACTED}); the token is wrong or has expired, no ` +
    `engine is mounted at "pki", or the policy lacks: path "${ISSUE}" { capabilities = ["update"] }`,
  404:
    `has nothing at "${ISSUE}" (404: ${REDACTED}); check that "pki: pki" is the path of a PKI secrets ` +
    "engine",
  500: `refused "${ISSUE}" (500: ${REDACTED})`,
};

for (const [status, text] of Object.entries(SAID)) {
  Deno.test(`an error ${status} that echoes the token is shown without it, and plain`, async () => {
    await using server = startScripted(({ token }) => refusal(Number(status), token ?? ""));
    const session = await openSession(byToken(server.address));
    const { message } = await failureOf(() => session.write(ISSUE, {}));
    await session.close();
    assert.equal(server.heard[0]?.token, TOKEN);
    assert.equal(message, `"${server.address}" ${text}`);
    assertPlain(message);
  });
}

Deno.test("warnings that echo the token are passed on without it, and plain", async () => {
  await using server = startScripted(({ token }) => enveloped({}, [echo(token ?? ""), "b\x1b"]));
  const session = await openSession(byToken(server.address));
  const { warnings } = await session.write(ISSUE, {});
  await session.close();
  assert.deepEqual(warnings, [REDACTED, "b"]);
});

Deno.test("a redirect that echoes the token is shown without it", async () => {
  await using server = startScripted(({ token }) =>
    new Response(null, { status: 307, headers: { location: `/other?token=${token}` } })
  );
  const session = await openSession(byToken(server.address));
  const { message } = await failureOf(() => session.write(ISSUE, {}));
  await session.close();
  assert.match(message, / redirects again, to "\/other\?token=\[redacted\]", /);
});

/** What is said of a login at each status, around the echo. */
const LOGIN_SAID: Readonly<Record<number, string>> = {
  400:
    `refused the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID (400: ${REDACTED}); check both ` +
    "ids; the secret id may have expired",
  403: `denied a login at "auth/approle" (403: ${REDACTED}); is an auth method "approle" mounted ` +
    'there? If it is elsewhere, set "mount" under "auth"',
};

for (const [status, text] of Object.entries(LOGIN_SAID)) {
  Deno.test(`a login refused with ${status} and an echo is shown without it, and plain`, async () => {
    await using server = startScripted(({ body }) =>
      refusal(Number(status), JSON.parse(body).secret_id)
    );
    const { message } = await failureOf(() => openSession(byAppRole(server.address)));
    assert.ok(server.heard[0]?.body.includes(SECRET_ID));
    assert.equal(message, `"${server.address}" ${text}`);
    assertPlain(message);
  });
}

Deno.test("a token that the login gave is as secret as one that we were given", async () => {
  const all = ({ token }: Heard) => `${token} ${SECRET_ID} role-id \x1b]8;;http://x\x07`;
  await using server = startScripted((heard) =>
    heard.path === "auth/approle/login"
      ? login(OWN_TOKEN)
      : heard.path === ISSUE
      ? refusal(400, all(heard))
      : enveloped({}, [all(heard)])
  );
  const session = await openSession(byAppRole(server.address));
  const { message } = await failureOf(() => session.write(ISSUE, {}));
  const { warnings } = await session.write("pki/issue/other", {});
  await session.close();
  assert.equal(server.heard[1]?.token, OWN_TOKEN);
  for (const text of [message, ...warnings]) {
    assertNoSecret(text);
    assertPlain(text);
    assert.match(text, /\[redacted\] \[redacted\] \[redacted\] \]8;;http:\/\/x/);
  }
});
