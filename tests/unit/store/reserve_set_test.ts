import assert from "node:assert/strict";
import { PARTS } from "../../../lib/certificate/types.ts";
import { lockStore } from "../../../lib/store/lock.ts";
import { ReservedSet } from "../../../lib/store/reserve_set.ts";
import { makeDirectory, modeOf } from "../../support/rig.ts";

const NAME = "web.example.test";

Deno.test("a reserved set has room for all files, for the owner alone, and leaves nothing", async () => {
  using store = makeDirectory();
  {
    using _reserved = await ReservedSet.make(store.path, NAME);
    for (const part of ["cert", "chain", "fullchain", "ca", "privkey"]) {
      const path = store.at(`.room-${NAME}/${part}.pem`);
      assert.equal(modeOf(path), "600");
      assert.ok(Deno.statSync(path).size >= 4096);
    }
    assert.equal(modeOf(store.at(`.room-${NAME}`)), "700");
  }
  assert.deepEqual(store.tree(), []);
});

Deno.test("room for a set is as large as the set of before", async () => {
  using store = makeDirectory();
  store.write(`${NAME}/chain.pem`, "x".repeat(50_000));
  using _reserved = await ReservedSet.make(store.path, NAME);
  assert.equal(Deno.statSync(store.at(`.room-${NAME}/chain.pem`)).size, 50_000);
});

Deno.test("a staged set has exactly the text, in files that were open before", async () => {
  using store = makeDirectory();
  using reserved = await ReservedSet.make(store.path, NAME);
  const inode = Deno.statSync(store.at(`.room-${NAME}/ca.pem`)).ino;
  await reserved.stage((part) => `${part}\n`);
  assert.equal(store.read(`.new-${NAME}/ca.pem`), "ca\n");
  assert.equal(Deno.statSync(store.at(`.new-${NAME}/ca.pem`)).ino, inode);
});

Deno.test("lockStore() stages room that an interrupted run left, unless a switch has begun", () => {
  using store = makeDirectory();
  Deno.chmodSync(store.path, 0o700);
  for (const name of ["a", "b", "c", "d", "e"]) {
    for (const part of PARTS) store.write(`.room-${name}/${part}.pem`, "text");
  }
  // A directory stands for a file that cannot be read, which may be a key.
  Deno.removeSync(store.at(".room-e/privkey.pem"));
  Deno.mkdirSync(store.at(".room-e/privkey.pem"));
  // Killed before the last file was written, and a power cut after that.
  store.write(".room-c/cert.pem", "\n\n");
  store.write(".room-d/ca.pem", "\n\n");
  store.write(".old-b/cert.pem", "old");
  using _lock = lockStore(store.path);
  const left = store.tree().filter((name) => name.endsWith("cert.pem"));
  assert.deepEqual(left, [".new-a/cert.pem", ".new-e/cert.pem", ".old-b/cert.pem"]);
});

Deno.test("lockStore() makes a store with all directories above it, for the owner alone", () => {
  using directory = makeDirectory();
  using _lock = lockStore(directory.at("new/deep/store"));
  for (const path of ["new", "new/deep", "new/deep/store"]) {
    assert.equal(modeOf(directory.at(path)), "700");
  }
});
