import assert from "node:assert/strict";
import { LockedError, lockStore, StoreError } from "../../../lib/store/lock.ts";
import type { LockHolder } from "../../../lib/store/lock_holder.ts";
import { type WaitEnvironment, waitForLock } from "../../../lib/store/lock_wait.ts";
import { type Directory, makeDirectory } from "../../support/rig.ts";

const HOLDER: LockHolder = {
  pid: 1234,
  command: "/usr/local/bin/vcm run --quiet",
  since: new Date("2026-11-24T10:00:31Z"),
};
const NAMED = 'process 1234, "/usr/local/bin/vcm run --quiet", since 2026-11-24 10:00 UTC';

interface Wait {
  readonly directory: Directory;
  /** Milliseconds at which it has looked at the lock again, but for the first. */
  readonly tries: number[];
  readonly said: string[];
  /** Waits for a lock that is held when it begins. */
  wait(seconds?: number): Promise<Disposable>;
}

interface Circumstances {
  readonly holder?: LockHolder;
  /** Milliseconds that it takes to find the holder. */
  readonly finding?: number;
  /** Millisecond from which on something is otherwise, and what. */
  readonly turn?: readonly [number, (held: Disposable, directory: Directory) => void];
}

/** A test with a clock that passes at once. */
function waitTest(
  name: string,
  { holder, finding = 0, turn }: Circumstances,
  fn: (wait: Wait) => Promise<void>,
): void {
  Deno.test(name, async () => {
    using directory = makeDirectory();
    using held = lockStore(directory.path);
    let time = 0;
    let turned = false;
    const tries: number[] = [];
    const said: string[] = [];
    const pass = (milliseconds: number) => {
      time += milliseconds;
      if (turn === undefined || turned || time < turn[0]) return;
      turned = true;
      turn[1](held, directory);
    };
    const environment: WaitEnvironment = {
      now: () => time,
      pause: (milliseconds) => {
        pass(milliseconds);
        tries.push(time);
        return Promise.resolve();
      },
      findHolder: (path) => {
        assert.equal(path, directory.at(".lock"));
        pass(finding);
        return Promise.resolve(holder);
      },
    };
    const wait = (seconds?: number) =>
      waitForLock(directory.path, (text) => said.push(text), seconds, environment);
    await fn({ directory, tries, said, wait });
  });
}

async function messageOf(waiting: Promise<Disposable>): Promise<string> {
  const error = await waiting.then(() => undefined, (error) => error);
  assert.ok(error instanceof LockedError);
  return error.message;
}

const free = (held: Disposable) => held[Symbol.dispose]();

waitTest("without a time it does not wait, and says how to", { holder: HOLDER }, async (bench) => {
  assert.equal(
    await messageOf(bench.wait()),
    `Another run of vcm holds the lock "${
      bench.directory.at(".lock")
    }": ${NAMED}; try again when that run has ended, or wait for it with "--wait 30s"`,
  );
  assert.deepEqual([bench.tries, bench.said], [[], []]);
});

waitTest("a holder that is not known is left out", {}, async ({ wait, directory, said }) => {
  const lock = directory.at(".lock");
  assert.equal(
    await messageOf(wait()),
    `Another run of vcm holds the lock "${lock}"; try again when that run has ended, or wait for it ` +
      'with "--wait 30s"',
  );
  assert.equal(
    await messageOf(wait(90)),
    `Another run of vcm holds the lock "${lock}"; VCM waited 1m 30s for it`,
  );
  assert.deepEqual(said, [`Waiting up to 1m 30s for the lock "${lock}"`]);
});

waitTest("it looks every 100 ms until the lock is free", {
  holder: HOLDER,
  turn: [250, free],
}, async ({ wait, tries, said, directory }) => {
  using _lock = await wait(30);
  assert.deepEqual(tries, [100, 200, 300]);
  assert.deepEqual(said, [
    `Waiting up to 30s for the lock "${directory.at(".lock")}", held by ${NAMED}`,
  ]);
  assert.throws(() => lockStore(directory.path), LockedError);
});

waitTest("it gives up when the time is over, and says who holds the lock then", {
  holder: HOLDER,
}, async ({ wait, tries, said, directory }) => {
  assert.equal(
    await messageOf(wait(1)),
    `Another run of vcm holds the lock "${directory.at(".lock")}": ${NAMED}; VCM waited 1s for it`,
  );
  assert.deepEqual(tries, [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  assert.equal(said.length, 1);
});

waitTest("a lock that becomes free at the last moment is taken", {
  turn: [1000, free],
}, async ({ wait }) => {
  using lock = await wait(1);
  assert.ok(lock);
});

waitTest("the time that it takes to find the holder is part of the wait", {
  holder: HOLDER,
  finding: 950,
}, async ({ wait, tries }) => {
  await messageOf(wait(1));
  assert.deepEqual(tries, [1000]);
});

waitTest("a lock that became free while the holder was looked for is taken", {
  finding: 4000,
  turn: [4000, free],
}, async ({ wait, tries }) => {
  using lock = await wait(1);
  assert.ok(lock);
  assert.deepEqual(tries, []);
});

waitTest("a store that goes wrong ends the wait", {
  turn: [200, (_held, directory) => Deno.chmodSync(directory.path, 0o777)],
}, async ({ wait, tries }) => {
  await assert.rejects(wait(30), StoreError);
  assert.deepEqual(tries, [100, 200]);
});
