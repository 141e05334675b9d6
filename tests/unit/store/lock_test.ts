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
