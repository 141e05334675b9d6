/** What is said of this host's clock where a server refuses. */
import assert from "node:assert/strict";
import type { Credentials } from "../../../../lib/vault/access/credentials.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { clockHint, describeClock, readDate } from "../../../../lib/vault/wire/clock_difference.ts";
import { pureTest } from "../../../support/pure_test.ts";
import { makeIdentity } from "../identity.ts";
import { BAD_TOKEN, DENIED_NAME, FORBIDDEN, noHandler } from "../recorded_answers.ts";
import { type Scripted, startScripted } from "../scripted_server.ts";
import { byAppRole, byToken, failureOf, unverified } from "../access_fixtures.ts";

const NOW = new Date("2026-11-24T10:00:00Z");

/** A server's time by which this host is so many seconds ahead. */
function serverAt(ahead: number): Date {
  return new Date(NOW.getTime() - ahead * 1000);
}

pureTest("readDate() reads the form that servers send, and nothing else", () => {
  assert.deepEqual(readDate("Tue, 24 Nov 2026 10:00:00 GMT"), NOW);
  const others = [
    null,
    undefined,
    "",
    "0",
    "noon",
    "2026-11-24T10:00:00Z",
    "Tue, 99 Nov 2026 10:00:00 GMT",
    "Tue, 24 Foo 2026 10:00:00 GMT",
    "Tue, 24 Nov 2026 10:00:00 +0200",
    "Tue, 24 Nov 2026 10:00:00 GMT, Tue, 24 Nov 2026 10:00:00 GMT",
  ];
  for (const other of others) assert.equal(readDate(other), undefined, String(other));
});

pureTest("describeClock() says on which side this host's clock is, and how far", () => {
  const cases = [[7380, "2h 3m ahead of"], [-7380, "2h 3m behind"], [-31, "31s behind"]] as const;
  for (const [ahead, text] of cases) {
    assert.equal(describeClock(serverAt(ahead), NOW), `this host's clock is ${text} the server's`);
  }
});

pureTest("clockHint() is empty up to a minute, and if the server sends no time", () => {
  assert.equal(clockHint(undefined, NOW), "");
  for (const ahead of [-60, 0, 60]) assert.equal(clockHint(serverAt(ahead), NOW), "");
  const [behind, ahead] = [-61, 61].map((seconds) => clockHint(serverAt(seconds), NOW));
  assert.equal(behind, "; this host's clock is 1m 1s behind the server's");
  assert.equal(ahead, "; this host's clock is 1m 1s ahead of the server's");
});

const { caPem, identity } = await makeIdentity();

/** What answers so, dated so many seconds before now. */
function dated(answer: Scripted, seconds: number): Response {
  if (answer instanceof Response) return answer;
  const date = new Date(Date.now() - seconds * 1000).toUTCString();
  return Response.json(answer.body, { status: answer.status ?? 200, headers: { date } });
}

/** The end of the message about a request that is refused so, by both transports. */
async function endOf(answer: Scripted, seconds: number, by?: Credentials): Promise<string> {
  await using server = startScripted(() => dated(answer, seconds), identity);
  const plain = { ...byToken(server.address), tls: { authorities: [caPem] } };
  const access = by === undefined ? plain : { ...plain, credentials: [by] };
  const messages = await Promise.all([access, unverified(access)].map(async (access) => {
    const { message } = await failureOf(async () => {
      const session = await openSession(access);
      try {
        return await session.write("pki/issue/web", {});
      } finally {
        await session.close();
      }
    });
    return message;
  }));
  assert.equal(messages[0], messages[1]);
  return /; this host's clock .*/.exec(messages[0] ?? "")?.[0] ?? "";
}

// Between two minutes, so that it does not matter how long an answer takes.
const AHEAD = 2 * 3600 + 3 * 60 + 10;
const SAID_AHEAD = "; this host's clock is 2h 3m ahead of the server's";
const SAID_BEHIND = "; this host's clock is 2h 3m behind the server's";

const [APPROLE] = byAppRole("").credentials;
const LOGINS: readonly (Credentials | undefined)[] = [
  APPROLE,
  { kind: "cert", mount: "cert", from: '"/c"' },
  { kind: "jwt", mount: "jwt", jwt: "e.e.e", from: '"/j"' },
];

Deno.test("a denied token is reported with the difference of the clocks, once", async () => {
  assert.equal(await endOf(BAD_TOKEN, AHEAD), SAID_AHEAD);
  assert.equal(await endOf(BAD_TOKEN, -AHEAD), SAID_BEHIND);
  assert.equal(await endOf(BAD_TOKEN, 0), "");
});

Deno.test("a refused login is reported with the difference of the clocks, once", async () => {
  for (const by of LOGINS) {
    for (const status of [400, 403]) {
      const answer = { status, body: { errors: ["token is expired"] } };
      assert.equal(await endOf(answer, AHEAD, by), SAID_AHEAD);
      assert.equal(await endOf(answer, -AHEAD, by), SAID_BEHIND);
      assert.equal(await endOf(answer, 0, by), "");
    }
  }
});

Deno.test("a name or path that is refused, or not allowed, does not mention the clocks", async () => {
  for (const answer of [DENIED_NAME, noHandler("pki/issue/web"), FORBIDDEN]) {
    assert.equal(await endOf(answer, AHEAD), "");
  }
});

Deno.test("a Date that is none leaves a refusal as it is", async () => {
  const date = "yesterday";
  await using server = startScripted(() =>
    Response.json(FORBIDDEN.body, { status: 403, headers: { date } })
  );
  const session = await openSession(byToken(server.address));
  const { message } = await failureOf(() => session.write("pki/issue/web", {}));
  assert.match(message, / \{ capabilities = \["update"\] \}$/);
  await session.close();
});
