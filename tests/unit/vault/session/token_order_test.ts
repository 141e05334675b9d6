/** The login methods are tried in their order; what is refused gives way to the next, with a note. */
import assert from "node:assert/strict";
import type { Credentials } from "../../../../lib/vault/access/credentials.ts";
import { NO_HELPERS, openSession } from "../../../../lib/vault/session/session.ts";
import { BAD_TOKEN, enveloped, FORBIDDEN, login } from "../recorded_answers.ts";
import { type Heard, type Scripted, startScripted } from "../scripted_server.ts";
import {
  assertNoSecret,
  byAppRole,
  byToken,
  failureOf,
  OWN_TOKEN,
  TOKEN,
} from "../access_fixtures.ts";

const ISSUE = "pki/issue/web";
const LOGIN = "auth/approle/login";
const REVOKE = "auth/token/revoke-self";

const [APPROLE] = byAppRole("").credentials as [Credentials];
const STALE: Credentials = { kind: "token", token: TOKEN, from: "VAULT_TOKEN" };
const FILED: Credentials = { kind: "token", token: "s.of-the-file", from: '"/etc/vcm/token"' };
const JWT: Credentials = { kind: "jwt", mount: "jwt", jwt: "e.y.j", from: '"/run/jwt"' };
const CERT: Credentials = { kind: "cert", mount: "cert", from: '"/etc/vcm/host.crt"' };
const UNUSABLE: Credentials = { kind: "unusable", problem: 'Cannot read the token in "/x": gone' };

/** Some writes at a server that takes these tokens alone; a login gives OWN_TOKEN. */
async function writeWith(
  credentials: readonly Credentials[],
  accepted: readonly string[],
  { writes = 1, refusal = BAD_TOKEN as Scripted } = {},
) {
  await using server = startScripted(({ path, token }: Heard) => {
    if (/^auth\/\w+\/login$/.test(path)) return login(OWN_TOKEN);
    return accepted.includes(token ?? "") ? enveloped({}) : refusal;
  });
  const notes: string[] = [];
  const helpers = { ...NO_HELPERS, note: (text: string) => void notes.push(text) };
  const session = await openSession({ ...byToken(server.address), credentials }, helpers);
  let message: string | undefined;
  try {
    for (let at = 0; at < writes; at++) await session.write(ISSUE, {});
  } catch (error) {
    message = (error as Error).message.replace(`"${server.address}" `, "");
  }
  await session.close();
  assertNoSecret(notes.join("\n") + message);
  return { notes, message, heard: server.heard.map(({ path, token }) => `${path} ${token}`) };
}

Deno.test("the first login method is used if it is accepted, and the others are not tried", async () => {
  const { notes, message, heard } = await writeWith([STALE, FILED, APPROLE, UNUSABLE], [TOKEN]);
  assert.deepEqual([notes, message], [[], undefined]);
  assert.deepEqual(heard, [`${ISSUE} ${TOKEN}`]);
});

Deno.test("a refused token gives way to the next one, and to a login after that", async () => {
  const { notes, heard } = await writeWith([STALE, FILED, APPROLE], [OWN_TOKEN], { writes: 2 });
  assert.deepEqual(notes, [
    'The token from VAULT_TOKEN was refused; trying "/etc/vcm/token"',
    'The token from "/etc/vcm/token" was refused; trying the AppRole from VAULT_ROLE_ID and ' +
    "VAULT_SECRET_ID",
  ]);
  assert.deepEqual(heard, [
    `${ISSUE} ${TOKEN}`,
    `${ISSUE} s.of-the-file`,
    `${LOGIN} null`,
    `${ISSUE} ${OWN_TOKEN}`,
    `${ISSUE} ${OWN_TOKEN}`,
    `${REVOKE} ${OWN_TOKEN}`,
  ]);
});

Deno.test("the note names every kind of way that is tried next", async () => {
  const wrapped: Credentials = {
    kind: "wrapped",
    mount: "approle",
    roleId: "r",
    wrappingToken: "s.w",
    secretIdFile: "/s",
    from: '"/w"',
  };
  const names: readonly (readonly [Credentials, string])[] = [
    [APPROLE, "trying the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID"],
    [CERT, 'trying the client certificate "/etc/vcm/host.crt"'],
    [JWT, 'trying the JWT from "/run/jwt"'],
    [FILED, 'trying "/etc/vcm/token"'],
    [wrapped, 'trying the wrapped secret id from "/w"'],
    [UNUSABLE, 'the next login method cannot be used: Cannot read the token in "/x": gone'],
  ];
  for (const [next, then] of names) {
    const { notes } = await writeWith([STALE, next], [OWN_TOKEN]);
    assert.equal(notes[0], `The token from VAULT_TOKEN was refused; ${then}`);
  }
});

Deno.test("the last token that is refused is the error, with the server's words", async () => {
  const { notes, message, heard } = await writeWith([STALE], []);
  assert.deepEqual(notes, []);
  assert.ok(message?.startsWith(`denied "update" on "${ISSUE}" (403: permission denied); `));
  assert.deepEqual(heard, [`${ISSUE} ${TOKEN}`, `auth/token/lookup-self ${TOKEN}`]);
});

Deno.test("a way that cannot be used says why, when it is reached", async () => {
  const { message, heard } = await writeWith([STALE, UNUSABLE, APPROLE], [OWN_TOKEN]);
  assert.equal(message, 'Cannot read the token in "/x": gone');
  assert.deepEqual(heard, [`${ISSUE} ${TOKEN}`]);
});

Deno.test("a refusal by the policy does not refuse the token, so no other login method is tried", async () => {
  const { notes, message, heard } = await writeWith([STALE, APPROLE], [], { refusal: FORBIDDEN });
  assert.deepEqual(notes, []);
  assert.match(message ?? "", /^denied "update" on "pki\/issue\/web" \(403: 1 error occurred: /);
  assert.deepEqual(heard.map((line) => line.split(" ")[0]), [ISSUE, "sys/capabilities-self"]);
});

Deno.test("a refusal in newer words, 'invalid token' among gathered errors, is one of the token", async () => {
  const errors = ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"];
  const refusal = { status: 403, body: { errors } };
  const { notes, message } = await writeWith([STALE, APPROLE], [OWN_TOKEN], { refusal });
  assert.deepEqual([notes.length, message], [1, undefined]);
});

Deno.test("an own token that is refused at its first use is an error, and no second login is made", async () => {
  const { message, heard } = await writeWith([APPROLE], []);
  assert.match(message ?? "", /^denied "update" on "pki\/issue\/web" \(403: permission denied\); /);
  assert.deepEqual(heard, [
    `${LOGIN} null`,
    `${ISSUE} ${OWN_TOKEN}`,
    `auth/token/lookup-self ${OWN_TOKEN}`,
  ]);
});

Deno.test("an own token that ends in the midst of a run is replaced by a new login", async () => {
  let logins = 0;
  let uses = 0;
  await using server = startScripted(({ path, token }) => {
    if (path === LOGIN) return login(`s.own-${++logins}`);
    if (path === ISSUE && token === "s.own-1" && ++uses > 2) return BAD_TOKEN;
    return enveloped({});
  });
  const session = await openSession(byAppRole(server.address));
  for (let at = 0; at < 4; at++) await session.write(ISSUE, {});
  await session.close();
  assert.deepEqual(server.heard.map(({ path, token }) => [path, token]), [
    [LOGIN, null],
    [ISSUE, "s.own-1"],
    [ISSUE, "s.own-1"],
    [ISSUE, "s.own-1"],
    [LOGIN, null],
    [ISSUE, "s.own-2"],
    [ISSUE, "s.own-2"],
    [REVOKE, "s.own-2"],
  ]);
});

Deno.test("eight requests at one time that find the token refused go on together, by one login", async () => {
  await using server = startScripted(({ path, token }) => {
    if (path === LOGIN) return login(OWN_TOKEN);
    return token === OWN_TOKEN ? enveloped({}) : BAD_TOKEN;
  });
  const credentials = [STALE, APPROLE];
  const session = await openSession({ ...byToken(server.address), credentials });
  const writes = Array.from({ length: 8 }, () => session.write(ISSUE, {}));
  const ended = await Promise.allSettled(writes);
  await session.close();
  assert.deepEqual(ended.map(({ status }) => status), Array(8).fill("fulfilled"));
  assert.equal(server.heard.filter(({ path }) => path === LOGIN).length, 1);
});

Deno.test("a refused login says the same to all who ask, and asks the server once", async () => {
  await using server = startScripted(({ path }) =>
    path === LOGIN ? { status: 400, body: { errors: ["invalid secret id"] } } : BAD_TOKEN
  );
  const credentials = [STALE, APPROLE];
  const session = await openSession({ ...byToken(server.address), credentials });
  const first = await failureOf(() => session.write(ISSUE, {}));
  assert.match(first.message, / refused the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID /);
  assert.equal(await failureOf(() => session.write(ISSUE, {})), first);
  await session.close();
  assert.deepEqual(server.calls(), [`POST ${ISSUE}`, `POST ${LOGIN}`]);
});
