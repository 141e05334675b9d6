/** Answers that are lost, and requests that must not be repeated for ever. */
import assert from "node:assert/strict";
import { makeRequest } from "../../../support/fixtures.ts";
import { freePort } from "../../../support/free_port.ts";
import { issueCertificate } from "../../../../lib/vault/pki/pki.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { byAppRole, byToken, failureOf, OWN_TOKEN } from "../access_fixtures.ts";
import { fakeClock } from "../clock.ts";
import { enveloped, login, SEALED } from "../recorded_answers.ts";
import { type Scripted, startScripted } from "../scripted_server.ts";

const ISSUE = "pki/issue/web";
const REQUEST = makeRequest({ commonName: "a.test" });
const CUT = { body: '{"data": {"certifi' };
const answerOf = (status: number, errors: string[] = []): Scripted => ({
  status,
  body: status === 504 ? "<html>" : { errors },
});

const LOST: Readonly<Record<string, () => Scripted>> = {
  "is cut short": () => CUT,
  "is empty": () => ({ body: "" }),
  "is a proxy's 504": () => answerOf(504),
  "is a proxy's 520": () => answerOf(520),
  "is 500 without a reason": () => answerOf(500),
  "is 500 with an internal error": () => answerOf(500, ["1 error occurred: * internal error"]),
};

for (const [what, answer] of Object.entries(LOST)) {
  Deno.test(`a certificate whose answer ${what} is asked for twice and no more`, async () => {
    await using server = startScripted(answer);
    const addresses = [server.address, server.address];
    for (const access of [byToken(server.address), byToken(...addresses)]) {
      const before = server.heard.length;
      const session = await openSession({ ...access, retries: Infinity }, undefined, fakeClock());
      const { message } = await failureOf(() => issueCertificate(session, REQUEST));
      await session.close();
      assert.equal(server.heard.length - before, 2);
      assert.match(
        message,
        /; the server may have issued a certificate each time, so VCM does not ask again in this run$/,
      );
    }
  });
}

Deno.test("the last try waits until another request is answered, or for half of its time up to 15 s", async () => {
  for (const [answer, waited] of [[60_000, 15_000], [8000, 4000]] as const) {
    await using server = startScripted(() => answerOf(504));
    const clock = fakeClock(0);
    const { limits, ...access } = byToken(server.address);
    const limited = { ...access, limits: { ...limits, answer }, retries: Infinity };
    const session = await openSession(limited, undefined, clock);
    await failureOf(() => issueCertificate(session, REQUEST));
    assert.equal(clock.pauses.reduce((sum, pause) => sum + pause, 0), waited);
    // Nobody was answered meanwhile, so the next one is tried once, and wastes no time.
    const [asked, pauses] = [server.heard.length, clock.pauses.length];
    await failureOf(() => issueCertificate(session, REQUEST));
    await session.close();
    assert.deepEqual([server.heard.length - asked, clock.pauses.length], [1, pauses]);
  }
  await using server = startScripted(({ path }) => path === ISSUE ? answerOf(520) : enveloped({}));
  const clock = fakeClock(0);
  const session = await openSession(
    { ...byToken(server.address), retries: Infinity },
    undefined,
    {
      ...clock,
      pause: async (milliseconds) => {
        await clock.pause(milliseconds);
        if (clock.pauses.length === 4) await session.write("pki/issue/other", {});
      },
    },
  );
  await failureOf(() => issueCertificate(session, REQUEST));
  await session.close();
  assert.deepEqual(clock.pauses, [0, 250, 250, 250]);
});

for (const status of [412, 472, 473, 501, 502, 503]) {
  Deno.test(`a certificate is asked for again after any number of ${status}`, async () => {
    let left = 5;
    await using server = startScripted(() => left-- > 0 ? answerOf(status) : enveloped({}));
    const access = { ...byToken(server.address), retries: Infinity };
    const session = await openSession(access, undefined, fakeClock());
    // What comes at last is no certificate.
    await failureOf(() => issueCertificate(session, REQUEST));
    await session.close();
    assert.equal(server.heard.length, 6);
  });
}

Deno.test("a standby without a leader is asked again, for a login as for a certificate", async () => {
  const errors = ["local node not active but active cluster node not found"];
  await using standby = startScripted(() => answerOf(500, errors));
  await using healthy = startScripted(({ path }) =>
    path === "auth/approle/login" ? login(OWN_TOKEN) : enveloped({})
  );
  const session = await openSession(byAppRole(standby.address, healthy.address));
  await session.write(ISSUE, {});
  await session.close();
  assert.deepEqual([standby.heard.length, healthy.heard.length], [1, 3]);
  let elections = 7;
  await using electing = startScripted(({ path }) => {
    if (elections-- > 0) return answerOf(500, errors);
    return path === "auth/approle/login" ? login(OWN_TOKEN) : enveloped({});
  });
  const access = { ...byAppRole(electing.address), retries: Infinity };
  await (await openSession(access, undefined, fakeClock())).close();
  assert.equal(electing.calls().filter((call) => call.endsWith("/login")).length, 8);
});

Deno.test("a wrapping token whose answer is lost is not used again", async () => {
  await using server = startScripted(() => CUT);
  const credentials = [{
    kind: "wrapped",
    mount: "approle",
    roleId: "r",
    wrappingToken: "s.w",
    secretIdFile: "/x",
    from: '"/w"',
  }] as const;
  const access = { ...byToken(server.address, server.address), credentials, retries: 9 };
  const { message } = await failureOf(() => openSession(access, undefined, fakeClock()));
  assert.equal(server.heard.length, 1);
  assert.match(message, /the server may have given out the secret id from "\/w"/);
});

Deno.test("a redirect to a dead leader names who redirected, and the others are tried", async () => {
  const leader = `http://127.0.0.1:${freePort()}`;
  await using standby = startScripted(({ path }) =>
    new Response(null, { status: 307, headers: { location: `${leader}/v1/${path}` } })
  );
  await using working = startScripted(() => enveloped({}));
  const redirectHosts = [new URL(leader).host];
  const both = { ...byToken(standby.address, working.address), redirectHosts };
  const session = await openSession(both);
  assert.equal((await session.write(ISSUE, {})).address, working.address);
  await session.close();
  const alone = await openSession({ ...byToken(standby.address), redirectHosts });
  assert.equal(
    (await failureOf(() => alone.write(ISSUE, {}))).message,
    `"${standby.address}" redirects to "${leader}": Cannot connect to "${leader}": connection ` +
      "refused; is the server running?",
  );
  await alone.close();
});

Deno.test("one request that fails for its whole time ends no other, and a sealed server ends all", async () => {
  for (const status of [500, 502, 503]) {
    await using server = startScripted(({ body }) =>
      body.includes("unlucky") ? answerOf(status) : enveloped({})
    );
    const session = await openSession(
      { ...byToken(server.address), retries: 3 },
      undefined,
      fakeClock(),
    );
    await failureOf(() => session.write(ISSUE, { name: "unlucky" }));
    for (let at = 0; at < 3; at++) await session.write(ISSUE, { name: "lucky" });
    await session.close();
  }
  await using sealed = startScripted(() => SEALED);
  const clock = fakeClock(1);
  const session = await openSession(
    { ...byToken(sealed.address), retries: Infinity },
    undefined,
    clock,
  );
  const error = await failureOf(() => session.write(ISSUE, {}));
  assert.ok(sealed.heard.length >= 8, String(sealed.heard.length));
  const asked = sealed.heard.length;
  assert.equal(await failureOf(() => session.write(ISSUE, {})), error);
  assert.equal(sealed.heard.length, asked);
  await session.close();
});

Deno.test("where a path is answered to nobody for as long as one request may take, each later one is tried once", async () => {
  await using server = startScripted(({ path }) => path === ISSUE ? answerOf(502) : enveloped({}));
  const access = { ...byToken(server.address), retries: Infinity };
  const session = await openSession(access, undefined, fakeClock(1));
  await failureOf(() => session.write(ISSUE, {}));
  const asked = server.heard.length;
  for (let at = 0; at < 5; at++) await failureOf(() => session.write(ISSUE, {}));
  await session.write("pki/issue/other", {});
  await session.close();
  assert.equal(server.heard.length, asked + 6);
});
