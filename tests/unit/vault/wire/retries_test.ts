/** What may pass is tried again after a while, so often and no longer than is allowed. */
import assert from "node:assert/strict";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { freePort } from "../../../support/free_port.ts";
import { type FakeClock, fakeClock } from "../clock.ts";
import { enveloped, login, SEALED } from "../recorded_answers.ts";
import { type Scripted, startScripted } from "../scripted_server.ts";
import { byAppRole, byToken, failureOf, OWN_TOKEN } from "../access_fixtures.ts";

const ISSUE = "pki/issue/web";
const WELL = enveloped({ well: true });

/** One write at a server that gives these answers in turn, the last one for ever. */
async function writeAt(answers: readonly Scripted[], clock: FakeClock, retries = 2) {
  let at = 0;
  await using server = startScripted(() => {
    const answer = answers[Math.min(at++, answers.length - 1)];
    return answer instanceof Response ? answer.clone() : answer;
  });
  const session = await openSession({ ...byToken(server.address), retries }, undefined, clock);
  try {
    const { data } = await session.write(ISSUE, {});
    return { said: JSON.stringify(data), asked: server.heard.length };
  } catch (error) {
    const { message } = error as Error;
    return { said: message.replace(server.address, "ADDRESS"), asked: server.heard.length };
  } finally {
    await session.close();
  }
}

function busy(status: number, headers: Record<string, string> = {}): Scripted {
  return new Response('{"errors": ["not now"]}', { status, headers });
}

const RETRYABLE = {
  412: '"ADDRESS" refused "pki/issue/web" (412: not now)',
  472: '"ADDRESS" refused "pki/issue/web" (472: not now)',
  473: '"ADDRESS" refused "pki/issue/web" (473: not now)',
  500: '"ADDRESS" refused "pki/issue/web" (500: not now)',
  501: '"ADDRESS" refused "pki/issue/web" (501: not now)',
  520: '"ADDRESS" cannot be reached behind its proxy (520: not now)',
  429: '"ADDRESS" limits the rate of requests (429: not now); its rate limit quota may be too low',
  502: '"ADDRESS" cannot be reached behind its proxy (502: not now)',
  503: '"ADDRESS" is sealed or not ready (503); unseal it first',
  504: '"ADDRESS" cannot be reached behind its proxy (504: not now)',
};

for (const [status, message] of Object.entries(RETRYABLE)) {
  Deno.test(`a request that meets ${status} is sent again`, async () => {
    const clock = fakeClock();
    const { said, asked } = await writeAt(
      [busy(Number(status)), busy(Number(status)), WELL],
      clock,
    );
    assert.deepEqual([said, asked], ['{"well":true}', 3]);
    // A rate limit has a pace of its own: see pacing_test.ts.
    if (status !== "429") assert.deepEqual(clock.pauses, [250, 500]);
  });

  // It is no failed try: see pacing_test.ts.
  if (status === "429") continue;
  Deno.test(`a request that meets ${status} for ever is given up after its retries`, async () => {
    for (const retries of [0, 1, 4]) {
      const clock = fakeClock(0);
      const { said, asked } = await writeAt([busy(Number(status))], clock, retries);
      assert.deepEqual([said, asked], [message, retries + 1]);
      assert.equal(clock.pauses.length, retries);
    }
  });
}

for (const status of [400, 403, 404]) {
  Deno.test(`a request that meets ${status} is never sent again`, async () => {
    const clock = fakeClock();
    assert.equal((await writeAt([busy(status), WELL], clock, 9)).asked, 1);
    assert.deepEqual(clock.pauses, []);
  });
}

Deno.test("a refused login is never tried again, and a busy server's is", async () => {
  for (const [status, logins] of [[400, 1], [403, 1], [404, 1], [503, 3], [500, 3]] as const) {
    await using server = startScripted(() => busy(status));
    const access = { ...byAppRole(server.address), retries: 2 };
    await failureOf(() => openSession(access, undefined, fakeClock()));
    assert.equal(server.heard.length, logins, String(status));
  }
});

Deno.test("waits double, and each is shortened at random", async () => {
  for (const [random, pauses] of [[1, [500, 1000, 2000]], [0.1, [50, 100, 200]]] as const) {
    const clock = fakeClock(random);
    await writeAt([SEALED], clock, 3);
    assert.deepEqual(clock.pauses, pauses);
  }
});

Deno.test("Retry-After is waited for in full, in seconds and as a date", async () => {
  for (const value of ["7", "Tue, 01 Dec 2026 10:00:07 GMT"]) {
    for (const status of [429, 503]) {
      const clock = fakeClock(0.5);
      // The server's own clock says what its date means.
      const date = "Tue, 01 Dec 2026 10:00:00 GMT";
      const answers = [busy(status, { "retry-after": value, date }), WELL];
      assert.equal((await writeAt(answers, clock)).asked, 2);
      assert.deepEqual(clock.pauses, [status === 429 ? 7350 : 7250], value);
    }
  }
});

Deno.test("a Retry-After beyond the time there is ends the request at once", async () => {
  const clock = fakeClock();
  const { said, asked } = await writeAt([busy(429, { "retry-after": "3600" }), WELL], clock, 9);
  assert.deepEqual([said, asked], [RETRYABLE[429], 1]);
  assert.deepEqual(clock.pauses, []);
});

Deno.test("all retries together take no longer than one request may", async () => {
  const clock = fakeClock(1);
  const start = clock.now();
  const { asked } = await writeAt([SEALED], clock, 99);
  // After 0.5 + 1 + 2 + 4 + 8 + 4 × 10 s, 10 s more would be too much.
  assert.equal(asked, 10);
  assert.ok(clock.now() - start < 60_000);
});

Deno.test("a server that refuses connections is tried again, and may be up by then", async () => {
  const port = freePort();
  const clock = fakeClock();
  let server: Deno.HttpServer | undefined;
  const pause = (milliseconds: number) => {
    const onListen = () => {};
    server ??= Deno.serve({ hostname: "127.0.0.1", port, onListen }, () => Response.json({}));
    return clock.pause(milliseconds);
  };
  const access = { ...byToken(`http://127.0.0.1:${port}`), retries: 1 };
  const session = await openSession(access, undefined, { ...clock, pause });
  await session.write(ISSUE, {});
  await session.close();
  await server?.shutdown();
  assert.deepEqual(clock.pauses, [250]);
});

Deno.test("with several addresses a round asks each once before the wait", async () => {
  await using first = startScripted(() => busy(429, { "retry-after": "9" }));
  await using second = startScripted(() => busy(502));
  const clock = fakeClock(0);
  const access = { ...byToken(first.address, second.address), retries: 2 };
  const session = await openSession(access, undefined, clock);
  const { message } = await failureOf(() => session.write(ISSUE, {}));
  await session.close();
  assert.equal(
    message,
    `None of the 2 addresses can be used: "${first.address}" limits the rate of requests (429: ` +
      "not now); " +
      `its rate limit quota may be too low; "${second.address}" cannot be reached behind its ` +
      "proxy (502: not now)",
  );
  assert.deepEqual([first.heard.length, second.heard.length], [3, 3]);
  assert.deepEqual(clock.pauses, [9000, 9000]);
});

Deno.test("a server that is only busy counts as there, and is asked by the next request", async () => {
  let busyNow = true;
  await using server = startScripted(() => busyNow ? busy(429) : WELL);
  const session = await openSession(byToken(server.address), undefined, fakeClock());
  await failureOf(() => session.write(ISSUE, {}));
  busyNow = false;
  assert.deepEqual((await session.write(ISSUE, {})).data, { well: true });
  await session.close();
});

Deno.test("a server that stays down is given up once for all, and asked to revoke once", async () => {
  let sealed = false;
  await using server = startScripted(({ path }) =>
    sealed ? SEALED : path === "auth/approle/login" ? login(OWN_TOKEN) : WELL
  );
  const clock = fakeClock();
  const session = await openSession({ ...byAppRole(server.address), retries: 1 }, undefined, clock);
  sealed = true;
  const error = await failureOf(() => session.write(ISSUE, {}));
  assert.equal(await failureOf(() => session.write(ISSUE, {})), error);
  await session.close();
  assert.deepEqual(server.calls(), [
    "POST auth/approle/login",
    `POST ${ISSUE}`,
    `POST ${ISSUE}`,
    "POST auth/token/revoke-self",
  ]);
  assert.equal(clock.pauses.length, 1);
});
