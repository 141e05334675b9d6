/** Whoever may write in the store could change what root deploys from it. */
import assert from "node:assert/strict";
import { lockStore, StoreError } from "../../../lib/store/lock.ts";
import { type Directory, errorOf, makeDirectory, modeOf, rootTest } from "../../support/rig.ts";

const ME = Deno.uid();

/** Asserts that the store is refused with this message, and that nothing was written. */
function assertRefused({ path, tree }: Directory, message: string): void {
  const error = errorOf(() => lockStore(path));
  assert.ok(error instanceof StoreError);
  assert.equal(error.message, message);
  assert.deepEqual(tree(), []);
}

for (const mode of [0o720, 0o702, 0o770, 0o777, 0o1777]) {
  Deno.test(`lockStore() refuses a store of mode ${mode.toString(8)}, with the fix`, () => {
    using store = makeDirectory();
    Deno.chmodSync(store.path, mode);
    assertRefused(
      store,
      `The store "${store.path}" is writable by others, who could change what is deployed from ` +
        `it; fix: chmod -R go-w "${store.path}"`,
    );
    Deno.chmodSync(store.path, mode & ~0o022);
    lockStore(store.path)[Symbol.dispose]();
  });
}

rootTest("lockStore() refuses a store of another user, with the fix", () => {
  using store = makeDirectory();
  Deno.chownSync(store.path, 12345, 12345);
  assertRefused(
    store,
    `The store "${store.path}" belongs to user 12345, who could change what is deployed from it; ` +
      `fix: chown -R ${ME} "${store.path}"`,
  );
  Deno.chownSync(store.path, ME, 12345);
  lockStore(store.path)[Symbol.dispose]();
});

rootTest("lockStore() checks the directory that a link to the store points to", () => {
  using directory = makeDirectory();
  Deno.mkdirSync(directory.at("theirs"));
  Deno.chownSync(directory.at("theirs"), 12345, 12345);
  Deno.symlinkSync(directory.at("theirs"), directory.at("store"));
  const { message } = errorOf(() => lockStore(directory.at("store")));
  assert.match(message, /^The store "\/.*\/store" belongs to user 12345, /);
  assert.deepEqual(directory.tree(), ["store", "theirs/"]);
});

rootTest("lockStore() makes nothing if another user may put another store", () => {
  using directory = makeDirectory();
  Deno.mkdirSync(directory.at("theirs"));
  Deno.chownSync(directory.at("theirs"), 12345, 12345);
  const error = errorOf(() => lockStore(directory.at("theirs/store")));
  assert.ok(error instanceof StoreError);
  assert.equal(
    error.message,
    `User "12345" may replace anything in "${directory.at("theirs")}", and with it the store ` +
      `"${
        directory.at("theirs/store")
      }"; give a "cert_store" below directories that only root may ` +
      "write to",
  );
  assert.deepEqual(directory.tree(), ["theirs/"]);
});

Deno.test("lockStore() checks the directory of pending actions, too", () => {
  using store = makeDirectory();
  Deno.mkdirSync(store.at(".pending"));
  Deno.chmodSync(store.at(".pending"), 0o777);
  assert.equal(
    errorOf(() => lockStore(store.path)).message,
    `The store "${
      store.at(".pending")
    }" is writable by others, who could change what is deployed ` +
      `from it; fix: chmod -R go-w "${store.at(".pending")}"`,
  );
  Deno.removeSync(store.at(".pending"));
  Deno.symlinkSync("/", store.at(".pending"));
  assert.equal(
    errorOf(() => lockStore(store.path)).message,
    `"${store.at(".pending")}" is a symbolic link; remove it`,
  );
});

Deno.test("lockStore() accepts a store that others may read", () => {
  using store = makeDirectory();
  Deno.chmodSync(store.path, 0o755);
  lockStore(store.path)[Symbol.dispose]();
  assert.deepEqual([store.tree(), modeOf(store.at(".lock"))], [[".lock"], "600"]);
});
