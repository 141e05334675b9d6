import assert from "node:assert/strict";
import { LockedError, lockStore, StoreError, takeLock } from "../../../lib/store/lock.ts";
import { makeDirectory, modeOf } from "../../support/rig.ts";
import { holderTest, holdLock } from "./lock_child.ts";

function sayNothing(text: string): never {
  assert.fail(`it said "${text}"`);
}

Deno.test("takeLock() takes a lock that is free, and says nothing", async () => {
  using directory = makeDirectory();
  const store = directory.at("store");
  for (const wait of [undefined, 30]) {
    using _lock = await takeLock(store, sayNothing, wait);
    await assert.rejects(takeLock(store, sayNothing), LockedError);
  }
});

holderTest(
  "takeLock() waits only if asked to, and names the holder of the lock",
  async () => {
    using directory = makeDirectory();
    const store = directory.at("store");
    await using child = await holdLock(store);
    const before = Deno.statSync(`${store}/.lock`);
    const error = await takeLock(store, sayNothing).catch((error) => error);
    assert.ok(error instanceof LockedError);
    assert.equal(
      error.message.replace(/since \d{4}-\d\d-\d\d \d\d:\d\d UTC/, "since THEN"),
      `Another run of vcm holds the lock "${store}/.lock": process ${child.pid}, ` +
        `"${child.command}", since THEN; try again when that run has ended, or wait for it with ` +
        '"--wait 30s"',
    );
    assert.deepEqual(Deno.statSync(`${store}/.lock`), before, "the lock file is left alone");
  },
);

holderTest("takeLock() takes the lock once the process that held it is gone", async () => {
  using directory = makeDirectory();
  const store = directory.at("store");
  await using child = await holdLock(store);
  const said: string[] = [];
  using _lock = await takeLock(store, (text) => {
    said.push(text);
    child.release();
  }, 60);
  assert.deepEqual(said.map((text) => text.replace(/since .*/, "since THEN")), [
    `Waiting up to 1m for the lock "${store}/.lock", held by process ${child.pid}, ` +
    `"${child.command}", since THEN`,
  ]);
  await assert.rejects(takeLock(store, sayNothing), LockedError);
});

Deno.test("takeLock() waits for no store that it would not use", async () => {
  using directory = makeDirectory();
  Deno.chmodSync(directory.path, 0o777);
  await assert.rejects(takeLock(directory.path, sayNothing, 30), StoreError);
});

Deno.test("a lock that others can open is closed to them", () => {
  using store = makeDirectory();
  Deno.chmodSync(store.path, 0o755);
  store.write(".lock", "", 0o644);
  lockStore(store.path)[Symbol.dispose]();
  assert.equal(modeOf(store.at(".lock")), "600");
});

/**
 * Starts a program after another in threads, so that at most times a child has not yet called exec:
 * until then it has copies of all descriptors.
 */
function startPrograms(): Disposable {
  const code = 'for (;;) await new Deno.Command("/bin/true").output();';
  const threads = Array.from(
    { length: 2 },
    () => new Worker(`data:text/javascript,${encodeURIComponent(code)}`, { type: "module" }),
  );
  return { [Symbol.dispose]: () => threads.forEach((thread) => thread.terminate()) };
}

/** Does it 250 times, over so long that the threads are running most of the time. */
async function repeatedly(work: () => void): Promise<void> {
  for (let round = 0; round < 250; round++) {
    work();
    if (round % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("a lock is free at once, even while other threads start programs", async () => {
  using directory = makeDirectory();
  using _programs = startPrograms();
  await repeatedly(() => lockStore(directory.path)[Symbol.dispose]());
});

Deno.test("a store that proves unusable is not left locked, either", async () => {
  using directory = makeDirectory();
  directory.write(".owed/nginx.service", "");
  directory.write(".pending/nginx.service/in the way", "");
  using _programs = startPrograms();
  await repeatedly(() => assert.throws(() => lockStore(directory.path), StoreError));
});

Deno.test("a lock that is given back twice does not free the lock of another", () => {
  using directory = makeDirectory();
  const lock = lockStore(directory.path);
  lock[Symbol.dispose]();
  using _other = lockStore(directory.path);
  lock[Symbol.dispose]();
  assert.throws(() => lockStore(directory.path), LockedError);
});
