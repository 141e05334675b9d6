import assert from "node:assert/strict";
import { lockStore } from "../../../lib/store/lock.ts";
import { findHolder, parseLocks, parseProcess } from "../../../lib/store/lock_holder.ts";
import { pureTest } from "../../support/pure_test.ts";
import { makeDirectory } from "../../support/rig.ts";
import { holderTest, holdLock } from "./lock_child.ts";

const LOCK = "/var/lib/vcm/certs/.lock";
const ROW = { pid: 1234, type: "FLOCK", mode: "WRITE", path: LOCK };

function holderIn(...rows: unknown[]): number | undefined {
  return parseLocks(JSON.stringify({ locks: rows }), LOCK);
}

pureTest("the holder is the one that locks this file", () => {
  const other = { ...ROW, pid: 99, path: "/var/lib/other/.lock" };
  const unseen = { ...ROW, pid: 98, path: null };
  assert.equal(holderIn(other, unseen, ROW), 1234);
  assert.equal(holderIn(other, unseen), undefined);
  assert.equal(holderIn(), undefined);
});

pureTest("old versions of lslocks print numbers as text", () => {
  assert.equal(holderIn({ ...ROW, pid: "1234" }), 1234);
});

pureTest("a process that waits for the lock, or has one of another kind, is not its holder", () => {
  const waiting = { ...ROW, pid: 99, mode: "WRITE*" };
  const posix = { ...ROW, pid: 98, type: "POSIX" };
  assert.equal(holderIn(waiting, posix, ROW), 1234);
  assert.equal(holderIn(waiting, posix), undefined);
});

pureTest("a process in another namespace has no number", () => {
  for (const pid of [0, -1, "-1", null]) assert.equal(holderIn({ ...ROW, pid }), undefined);
});

pureTest("start and command line of a process, as ps prints them", () => {
  for (
    const [line, command, since] of [
      [
        "Tue Nov 24 10:00:31 2026 /usr/local/bin/vcm run --quiet\n",
        "/usr/local/bin/vcm run --quiet",
        "2026-11-24T10:00:31.000Z",
      ],
      ["Tue Nov  3 09:00:00 2026 vcm", "vcm", "2026-11-03T09:00:00.000Z"],
    ] as const
  ) {
    assert.deepEqual(parseProcess(7, line), { pid: 7, command, since: new Date(since) });
  }
});

pureTest("a command line is printed as one plain line of 200 characters at most", () => {
  const commandOf = (args: string) =>
    parseProcess(7, `Tue Nov  3 09:00:00 2026 ${args}\n`)?.command;
  assert.equal(commandOf("a\u001b[31m\nb\u202ec"), "a\ufffd[31m\ufffdb\ufffdc");
  assert.equal(commandOf("x".repeat(200)), "x".repeat(200));
  assert.equal(commandOf("x".repeat(201)), `${"x".repeat(199)}…`);
});

pureTest("of a process that is gone, nothing is known", () => {
  const strange = "Tue Nov 99 99:99:99 2026 vcm run";
  for (const text of ["", "\n", "error: unsupported option", strange]) {
    assert.equal(parseProcess(7, text), undefined);
  }
});

holderTest("findHolder() finds another process, by way of a link too", async () => {
  using directory = makeDirectory();
  const store = directory.at("store");
  const started = Date.now();
  await using child = await holdLock(store);
  Deno.symlinkSync(store, directory.at("link"));
  for (const path of [`${store}/.lock`, directory.at("link/.lock")]) {
    const holder = await findHolder(path);
    assert.deepEqual([holder?.pid, holder?.command], [child.pid, child.command]);
    // In whole seconds, and counted from when the machine was started.
    assert.ok(
      Math.abs((holder?.since.getTime() ?? 0) - started) < 60_000,
      holder?.since.toISOString(),
    );
  }
  await child.release();
  assert.equal(await findHolder(`${store}/.lock`), undefined);
});

Deno.test("findHolder() finds nothing for a file that is not there", async () => {
  using directory = makeDirectory();
  assert.equal(await findHolder(directory.at("nothing")), undefined);
});

Deno.test({
  name: "findHolder() finds nothing if it may run no program",
  permissions: { read: true, write: true, run: false, sys: ["uid"], env: true },
  fn: async () => {
    using directory = makeDirectory();
    using _lock = lockStore(directory.path);
    assert.equal(await findHolder(directory.at(".lock")), undefined);
  },
});
