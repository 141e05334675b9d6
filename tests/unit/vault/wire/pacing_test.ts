/** A rate limit slows a run down and fails nothing, as long as there is time. */
import assert from "node:assert/strict";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { Pacing } from "../../../../lib/vault/wire/pacing.ts";
import type { ServerFailure } from "../../../../lib/vault/wire/server_failure.ts";
import { VaultError } from "../../../../lib/vault/errors.ts";
import { pureTest } from "../../../support/pure_test.ts";
import { byToken, failureOf } from "../access_fixtures.ts";
import { fakeClock } from "../clock.ts";
import { enveloped } from "../recorded_answers.ts";
import { startScripted } from "../scripted_server.ts";

const ISSUE = "pki/issue/web";

function limited(wait: number): ServerFailure {
  const error = new VaultError("too many", { status: 429 });
  return { error, retryable: true, down: false, limited: true, wait };
}

function busy(retryAfter?: string): Response {
  const headers: HeadersInit = retryAfter === undefined ? [] : [["retry-after", retryAfter]];
  return new Response('{"errors": ["not now"]}', { status: 429, headers });
}

pureTest(
  "a 429 halves what is in flight, once for those sent together, and answers allow more",
  async () => {
    const clock = fakeClock(0);
    const pacing = new Pacing(clock);
    const turns = await Promise.all(Array.from({ length: 8 }, () => pacing.admit()));
    for (let at = 0; at < 3; at++) pacing.slowDown("a", limited(1000));
    turns.forEach((turn) => turn[Symbol.dispose]());
    const admitted: Disposable[] = [];
    for (let at = 0; at < 8; at++) void pacing.admit().then((turn) => admitted.push(turn));
    const settle = () => new Promise((resolve) => setTimeout(resolve));
    await settle();
    assert.equal(admitted.length, 4);
    clock.pass(1000);
    for (let at = 0; at < 4; at++) pacing.answered("a");
    await settle();
    assert.equal(admitted.length, 5);
    for (const turn of admitted) turn[Symbol.dispose]();
    await settle();
    assert.equal(admitted.length, 8);
  },
);

Deno.test("a 429 counts as no try, also with retries: 0, and no request comes before its time", async () => {
  const clock = fakeClock(0);
  const times: number[] = [];
  const start = clock.now();
  await using server = startScripted(() => {
    times.push(clock.now() - start);
    return times.length <= 5 ? busy("2") : enveloped({});
  });
  const session = await openSession({ ...byToken(server.address), retries: 0 }, undefined, clock);
  await session.write(ISSUE, {});
  await session.close();
  assert.deepEqual(times, [0, 2000, 4000, 6000, 8000, 10_000]);
});

Deno.test("a 429 for ever is given up when the time is up, and asked once for each later request", async () => {
  const clock = fakeClock();
  const start = clock.now();
  await using server = startScripted(() => busy("5"));
  const session = await openSession(byToken(server.address), undefined, clock);
  const { message } = await failureOf(() => session.write(ISSUE, {}));
  assert.match(message, /limits the rate of requests \(429: not now\)/);
  assert.ok(clock.now() - start <= 60_000);
  const asked = server.heard.length;
  assert.ok(asked >= 10 && asked <= 12, String(asked));
  clock.pass(10_000);
  await failureOf(() => session.write(ISSUE, {}));
  assert.equal(server.heard.length, asked + 1);
  await session.close();
});

Deno.test("while one address limits the rate, requests go to the other one only", async () => {
  await using first = startScripted(() => busy("9"));
  await using second = startScripted(() => enveloped({}));
  const session = await openSession(byToken(first.address, second.address), undefined, fakeClock());
  for (let at = 0; at < 3; at++) await session.write(ISSUE, {});
  await session.close();
  assert.deepEqual([first.heard.length, second.heard.length], [1, 3]);
});
