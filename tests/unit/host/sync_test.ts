import assert from "node:assert/strict";
import * as fs from "node:fs";
import { allSettled, syncFiles, syncShared } from "../../../lib/host/sync.ts";
import { makeDirectory, rejectionOf } from "../../support/rig.ts";

Deno.test("all who wait for a directory share one sync, but none that had begun before", async () => {
  using directory = makeDirectory();
  const first = syncShared(directory.path);
  assert.equal(syncShared(directory.path), first);
  // Now it has begun.
  await Promise.resolve().then(() => {}).then(() => {});
  const second = syncShared(directory.path);
  assert.notEqual(second, first);
  assert.equal(syncShared(directory.path), second);
  const ended: string[] = [];
  await Promise.all([
    second.then(() => ended.push("second")),
    first.then(() => ended.push("first")),
  ]);
  assert.deepEqual(ended, ["first", "second"]);
});

Deno.test("a sync that fails is told to all who share it, and to no later one", async () => {
  using directory = makeDirectory();
  const path = directory.at("new");
  const both = [syncShared(path), syncShared(path)];
  for (const one of both) assert.match((await rejectionOf(one)).message, /^ENOENT/);
  Deno.mkdirSync(path);
  await syncShared(path);
});

Deno.test("a pipe in a directory's place is an error, and is not waited for", async () => {
  using directory = makeDirectory();
  const { success } = await new Deno.Command("mkfifo", { args: [directory.at("pipe")] }).output();
  assert.ok(success);
  assert.match((await rejectionOf(syncShared(directory.at("pipe")))).message, /^ENOTDIR/);
});

Deno.test("syncFiles() syncs open files, and throws the system's error", async () => {
  using directory = makeDirectory();
  const files = ["a", "b"].map((name) => fs.openSync(directory.at(name), "w"));
  await syncFiles(files);
  // The kernel has nothing to sync in it.
  const device = fs.openSync("/dev/null", "r");
  const { message } = await rejectionOf(syncFiles([...files, device]));
  assert.match(message, /invalid argument/i);
  for (const file of [...files, device]) fs.closeSync(file);
});

Deno.test("allSettled() waits for all, also after a failure, and throws the first in their order", async () => {
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  const failing = [Promise.reject(new Error("one")), Promise.reject(new Error("two"))];
  let isOver = false;
  const error = rejectionOf(allSettled([slow, ...failing])).finally(() => isOver = true);
  await Promise.allSettled(failing);
  assert.equal(isOver, false);
  resolve();
  assert.equal((await error).message, "one");
});
