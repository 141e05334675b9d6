import assert from "node:assert/strict";
import { observeProcess, observeStart } from "../../../lib/host/processes.ts";
import { makeDirectory, rootTest } from "../../support/rig.ts";
import { startDaemon } from "./daemon.ts";

Deno.test("observeProcess() finds the process that a pid file names, and its start", async () => {
  using directory = makeDirectory();
  const before = Date.now();
  await using daemon = await startDaemon(directory);
  const look = await observeProcess(daemon.pidFile);
  assert.ok(look.kind === "running", JSON.stringify(look));
  assert.equal(look.pid, daemon.pid);
  // `ps` knows whole seconds, reckoned from the time since boot.
  const [earliest, latest] = [before - 5_000, Date.now() + 5_000];
  assert.ok(look.startedAt > earliest && look.startedAt < latest, `${look.startedAt - before} ms`);
  assert.deepEqual(await observeStart(daemon.pidFile), { startedAt: look.startedAt });
});

Deno.test("observeProcess() accepts a pid with spaces and line breaks around it", async () => {
  using directory = makeDirectory();
  await using daemon = await startDaemon(directory);
  for (const text of [`${daemon.pid}`, `  ${daemon.pid}\n`, `${daemon.pid}\r\n\n`]) {
    directory.write("spaced.pid", text);
    assert.equal((await observeProcess(directory.at("spaced.pid"))).kind, "running", text);
  }
});

Deno.test("observeProcess() trusts no file that is older than the process", async () => {
  using directory = makeDirectory();
  await using daemon = await startDaemon(directory);
  const now = Date.now() / 1000;
  Deno.utimeSync(daemon.pidFile, now - 60, now - 60);
  assert.deepEqual(await observeProcess(daemon.pidFile), {
    kind: "unsure",
    problem: `process ${daemon.pid} started after "${daemon.pidFile}" was written, so ` +
      "the pid file is stale",
  });
  assert.equal(await observeStart(daemon.pidFile), undefined);
  // Older by as much as the two clocks may differ.
  Deno.utimeSync(daemon.pidFile, now - 2, now - 2);
  assert.equal((await observeProcess(daemon.pidFile)).kind, "running");
});

Deno.test("observeProcess() names no process if the file contains none", async () => {
  using directory = makeDirectory();
  const path = directory.at("x.pid");
  const texts = ["", "\n", "0", "1", "01", "-1", "-12", "1.5", "12 13", "12\n13", "0x10", "abc"];
  for (const text of [...texts, "99999999999", "१२", `${"1".repeat(4_000)}`]) {
    directory.write("x.pid", text);
    assert.deepEqual(
      await observeProcess(path),
      { kind: "unsure", problem: `"${path}" does not contain a process ID` },
      JSON.stringify(text),
    );
  }
});

Deno.test('observeProcess() returns "not running" for an ended process, and nothing for a missing file', async () => {
  using directory = makeDirectory();
  const ended = new Deno.Command("/bin/true").spawn();
  await ended.status;
  // The highest number that there can be, which nobody has got to (proc(5), pid_max).
  for (const text of [`${ended.pid}\n`, "4194303\n"]) {
    directory.write("ended.pid", text);
    assert.deepEqual(await observeProcess(directory.at("ended.pid")), { kind: "not-running" });
    assert.deepEqual(await observeStart(directory.at("ended.pid")), {});
  }
  for (const path of [directory.at("none.pid"), directory.at("no/directory.pid")]) {
    const problem = `"${path}" does not exist: the service is not running, or the path is wrong`;
    assert.deepEqual(await observeProcess(path), { kind: "unsure", problem });
    assert.equal(await observeStart(path), undefined);
  }
});

Deno.test("observeProcess() waits for no pipe, follows no link, and reads no more than an id", async () => {
  using directory = makeDirectory();
  await using daemon = await startDaemon(directory);
  const problemOf = async (name: string) => {
    const look = await observeProcess(directory.at(name));
    return look.kind === "unsure" ? look.problem : look.kind;
  };
  Deno.mkdirSync(directory.at("directory"));
  await new Deno.Command("mkfifo", { args: [directory.at("pipe")] }).output();
  directory.write("long", `${daemon.pid}${" ".repeat(100)}`);
  for (const name of ["directory", "pipe", "long"]) {
    assert.equal(await problemOf(name), `"${directory.at(name)}" does not contain a process ID`);
  }
  Deno.symlinkSync(daemon.pidFile, directory.at("link"));
  assert.equal(
    await problemOf("link"),
    `"${directory.at("link")}" is a symbolic link; use the path it points to`,
  );
});

rootTest("observeProcess() lets a user's pid file name that user's processes only", async () => {
  using directory = makeDirectory();
  await using daemon = await startDaemon(directory);
  Deno.chownSync(daemon.pidFile, 1001, 0);
  assert.deepEqual(await observeProcess(daemon.pidFile), {
    kind: "unsure",
    problem: `"${daemon.pidFile}" belongs to user 1001, but process ${daemon.pid} does not`,
  });
});

rootTest("observeProcess() finds a user's process by that user's file, and by root's", async () => {
  using directory = makeDirectory();
  // Not in the test's own directory, which this user perhaps may not enter.
  const child = new Deno.Command("/bin/sleep", { args: ["60"], uid: 1001, cwd: "/" }).spawn();
  try {
    directory.write("x.pid", `${child.pid}\n`);
    for (const uid of [0, 1001]) {
      Deno.chownSync(directory.at("x.pid"), uid, 0);
      const look = await observeProcess(directory.at("x.pid"));
      assert.equal(look.kind === "running" && look.pid, child.pid, `${uid}`);
    }
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

rootTest("observeProcess() trusts no link of a user to a file of root", async () => {
  using directory = makeDirectory();
  await using daemon = await startDaemon(directory);
  Deno.symlinkSync(daemon.pidFile, directory.at("link.pid"));
  await new Deno.Command("chown", { args: ["-h", "1001", directory.at("link.pid")] }).output();
  const look = await observeProcess(directory.at("link.pid"));
  assert.equal(look.kind, "unsure", JSON.stringify(look));
});

rootTest("observeProcess() trusts no link of root to a file of a user", async () => {
  using directory = makeDirectory();
  await using daemon = await startDaemon(directory);
  Deno.chownSync(daemon.pidFile, 1001, 0);
  Deno.symlinkSync(daemon.pidFile, directory.at("link.pid"));
  const look = await observeProcess(directory.at("link.pid"));
  assert.equal(look.kind, "unsure", JSON.stringify(look));
});

rootTest("observeProcess() trusts no file of root that others may write to", async () => {
  using directory = makeDirectory();
  await using daemon = await startDaemon(directory);
  Deno.chmodSync(daemon.pidFile, 0o666);
  const look = await observeProcess(daemon.pidFile);
  assert.equal(look.kind, "unsure", JSON.stringify(look));
});

Deno.test("observeProcess() refuses a pid file with another hard link", async () => {
  using directory = makeDirectory();
  await using daemon = await startDaemon(directory);
  Deno.linkSync(daemon.pidFile, directory.at("other.pid"));
  const path = directory.at("other.pid");
  assert.deepEqual(await observeProcess(path), {
    kind: "unsure",
    problem: `"${path}" was replaced while VCM read it, or has another hard link`,
  });
});
