/** How long a connection may take: at most the address's share of the time for the whole request. */
import assert from "node:assert/strict";
import { NO_HELPERS, openSession } from "../../../../lib/vault/session/session.ts";
import { probe } from "../../../../lib/vault/wire/transport.ts";
import { fakeClock } from "../clock.ts";
import { holdLimits } from "../held_limits.ts";
import { enveloped } from "../recorded_answers.ts";
import { startScripted } from "../scripted_server.ts";
import { byToken, failureOf } from "../access_fixtures.ts";

/** An address behind a firewall: its queue of connections is full, and the kernel answers nobody. */
async function startBlackHole() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = listener.addr;
  // Linux lets one more into the queue than its length.
  const queued = [
    await Deno.connect({ hostname: "127.0.0.1", port }),
    await Deno.connect({ hostname: "127.0.0.1", port }),
  ];
  return {
    address: `http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      listener.close();
      queued.forEach((connection) => connection.close());
    },
  };
}

/** A connection that is given up goes on until the kernel ends it. */
const UNFINISHED = { sanitizeOps: false, sanitizeResources: false };

const LATE = (address: string, seconds: string) =>
  `No connection to "${address}" within ${seconds} s; check the address, and whether a firewall ` +
  "blocks this host";

Deno.test("probe() says after its time that no connection came about", UNFINISHED, async () => {
  using hole = await startBlackHole();
  const error = await failureOf(() => probe(hole.address, { connect: 100, answer: 60_000 }));
  assert.deepEqual([error.message, error.retryable], [LATE(hole.address, "0.1"), true]);
});

Deno.test("a connection has at most the time of the whole request", UNFINISHED, async () => {
  using hole = await startBlackHole();
  const limits = { connect: 60_000, answer: 200 };
  const session = await openSession({ ...byToken(hole.address), limits });
  const { message } = await failureOf(() => session.write("pki/issue/web", {}));
  assert.equal(message, LATE(hole.address, "0.2"));
  await session.close();
});

Deno.test("several addresses share the time that connections may take", UNFINISHED, async () => {
  using first = await startBlackHole();
  using second = await startBlackHole();
  const limits = { connect: 60_000, answer: 400 };
  const session = await openSession({ ...byToken(first.address, second.address), limits });
  const { message } = await failureOf(() => session.write("pki/issue/web", {}));
  assert.equal(
    message,
    `None of the 2 addresses can be used: ${LATE(first.address, "0.2")}; ` +
      LATE(second.address, "0.2"),
  );
  await session.close();
});

Deno.test(
  "an address that lets nobody connect leaves time for the next one",
  UNFINISHED,
  async () => {
    using hole = await startBlackHole();
    await using working = startScripted(() => enveloped({}));
    // The requests have all the time they need: what is limited here is the connection.
    using _held = holdLimits();
    const limits = { connect: 60_000, answer: 1500 };
    const access = { ...byToken(hole.address, working.address), limits };
    const session = await openSession(access, NO_HELPERS, fakeClock());
    assert.equal((await session.write("pki/issue/web", {})).address, working.address);
    await session.close();
  },
);
