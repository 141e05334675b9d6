import assert from "node:assert/strict";
import { LockedError, lockStore, StoreError } from "../../../lib/store/lock.ts";
import { removePendingAction, writePendingAction } from "../../../lib/store/pending_action.ts";
import { errorOf, makeDirectory, modeOf, withUmask, withUmaskUntil } from "../../support/rig.ts";

Deno.test("a pending action is a file named as its service, for its owner alone", async () => {
  using store = makeDirectory();
  await withUmaskUntil(
    0o000,
    () => writePendingAction(store.path, "nginx.service", "web.example.test"),
  );
  const text = "nginx.service has to load new files\ncertificate: web.example.test\n";
  assert.equal(store.read(".pending/nginx.service"), text);
  assert.deepEqual([modeOf(store.at(".pending")), modeOf(store.at(".pending/nginx.service"))], [
    "700",
    "600",
  ]);
});

Deno.test("a pending action that is written again counts from then on", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, "nginx.service", "a much longer name of a certificate");
  const path = store.at(".pending/nginx.service");
  Deno.utimeSync(path, 1, 1);
  await writePendingAction(store.path, "nginx.service", "web");
  assert.ok((Deno.statSync(path).mtime?.getTime() ?? 0) > 1000);
  assert.match(store.read(".pending/nginx.service"), /\ncertificate: web\n$/);
});

Deno.test("removePendingAction() minds no missing pending action, nor a missing directory", async () => {
  using store = makeDirectory();
  removePendingAction(store.path, "nginx.service");
  await writePendingAction(store.path, "nginx.service", "web");
  removePendingAction(store.path, "nginx.service");
  assert.deepEqual(store.tree(), [".pending/"]);
});

Deno.test("lockStore() makes the store for its owner alone, and holds it for one run", () => {
  using directory = makeDirectory();
  const store = directory.at("var/certs");
  {
    using _lock = withUmask(0o000, () => lockStore(store));
    assert.deepEqual([modeOf(store), modeOf(`${store}/.lock`)], ["700", "600"]);
    const error = errorOf(() => lockStore(store));
    assert.ok(error instanceof LockedError);
    assert.equal(
      error.message,
      `Another run of vcm holds the lock "${store}/.lock"; try again when that run has ended`,
    );
  }
  lockStore(store)[Symbol.dispose]();
});

Deno.test("lockStore() says why a store cannot be made, and what to do", () => {
  using directory = makeDirectory();
  directory.write("file", "x");
  const error = errorOf(() => lockStore(directory.at("file/certs")));
  assert.ok(error instanceof StoreError);
  assert.equal(
    error.message,
    `Cannot open the lock "${directory.at("file/certs/.lock")}": not a directory; ` +
      'run as the owner of the store, or give another "cert_store"',
  );
});
