import assert from "node:assert/strict";
import { observePendingActions } from "../../../lib/observe/pending_actions.ts";
import { lockStore } from "../../../lib/store/lock.ts";
import { makeService, makeSpec } from "../../support/fixtures.ts";
import { type Directory, errorOf, makeDirectory } from "../../support/rig.ts";

const SPECS = [makeSpec({ services: [makeService({ id: "command:app", manager: "command" })] })];

/** A store as a build before 0.1.0 left it. */
function fill(store: Directory): void {
  store.write(".owed/command:app", "app has to load new files\ncertificate: web\n");
  store.write(".unjudged-web", "kept /ssl/web.key\n");
  store.write(".unjudged-a.b", "new /ssl/a.b.key\n");
}

async function pendingIn(store: Directory): Promise<string[]> {
  const { pendingActions } = await observePendingActions(store.path, SPECS);
  return pendingActions.kind === "present"
    ? pendingActions.value.map(({ service }) => service)
    : [];
}

Deno.test("what a build before 0.1.0 left is seen before a run, and renamed by it", async () => {
  using store = makeDirectory();
  fill(store);
  const before = store.tree();
  assert.deepEqual(await pendingIn(store), ["command:app"]);
  assert.deepEqual(store.tree(), before, "a look changes nothing");
  lockStore(store.path)[Symbol.dispose]();
  assert.deepEqual(store.tree(), [
    ".lock",
    ".pending-validation-a.b",
    ".pending-validation-web",
    ".pending/",
    ".pending/command:app",
  ]);
  assert.deepEqual(await pendingIn(store), ["command:app"]);
  assert.equal(store.read(".pending-validation-web"), "kept /ssl/web.key\n");
});

Deno.test("records of an earlier version that ran again are united with those of today", async () => {
  using store = makeDirectory();
  fill(store);
  store.write(".pending/other.service", "x");
  lockStore(store.path)[Symbol.dispose]();
  assert.equal(store.tree().some((name) => name.startsWith(".owed")), false);
  assert.deepEqual(await pendingIn(store), ["command:app"]);
});

Deno.test("a legacy directory that others may write to is not trusted under its new name", () => {
  using store = makeDirectory();
  fill(store);
  Deno.chmodSync(store.at(".owed"), 0o777);
  assert.match(errorOf(() => lockStore(store.path)).message, /is writable by others/);
});
