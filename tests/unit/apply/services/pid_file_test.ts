/** A signal reaches the process that a pid file names, and no other. */
import assert from "node:assert/strict";
import { signalProcess } from "../../../../lib/apply/commands/act.ts";
import type { ServiceStep } from "../../../../lib/plan/types.ts";
import { type Directory, makeDirectory, rootTest } from "../../../support/rig.ts";
import { waitUntil } from "../../../support/wait_until.ts";
import { startDaemon } from "../../host/daemon.ts";
import { failures } from "../plans.ts";
import { commandStep, makeBench } from "./bench.ts";

const WEB = "web.example.test";

function pidStep(pidFile: string, signal = "HUP"): ServiceStep {
  const action = { manager: "pid_file", pidFile, signal } as const;
  return commandStep("pid_file:web", [WEB], [], { action });
}

Deno.test("the requested signal arrives, and is reported", async () => {
  for (const signal of ["HUP", "USR1"]) {
    using bench = makeBench();
    await using daemon = await startDaemon(bench.directory);
    const events = await bench.run(
      bench.deploy(WEB, ["pid_file:web"]),
      pidStep(daemon.pidFile, signal),
    );
    await daemon.got(signal);
    assert.deepEqual(events.slice(2), [
      { kind: "acted", service: "pid_file:web", action: `signal ${signal}` },
    ]);
    assert.equal(bench.directory.tree().includes("store/.pending/pid_file:web"), false);
  }
});

Deno.test("without a process no signal is sent, and nothing stays pending", async () => {
  using bench = makeBench();
  bench.directory.write("ended.pid", "4194303\n");
  const events = await bench.run(
    bench.deploy(WEB, ["pid_file:web"]),
    pidStep(bench.directory.at("ended.pid")),
  );
  assert.deepEqual(failures(events), [
    [
      "skipped",
      "service",
      "pid_file:web",
      "it is not running; it loads the new files when it starts",
    ],
  ]);
  assert.equal(bench.directory.tree().includes("store/.pending/pid_file:web"), false);
});

Deno.test("a missing pid file is a failure, and the action stays pending: its path may be wrong", async () => {
  using bench = makeBench();
  const pidFile = bench.directory.at("none.pid");
  const events = await bench.run(bench.deploy(WEB, ["pid_file:web"]), pidStep(pidFile));
  const problem = `"${pidFile}" does not exist: the service is not running, or the path is wrong`;
  assert.deepEqual(failures(events), [
    ["failed", "service", "pid_file:web", `${problem}; no signal was sent`],
  ]);
  assert.match(
    bench.directory.read("store/.pending/pid_file:web"),
    /^failed: "\S+" does not exist: /m,
  );
});

Deno.test("a stale pid file is reported, no signal is sent, and the action stays pending", async () => {
  using bench = makeBench();
  await using daemon = await startDaemon(bench.directory);
  const then = Date.now() / 1000 - 3600;
  Deno.utimeSync(daemon.pidFile, then, then);
  const events = await bench.run(
    bench.deploy(WEB, ["pid_file:web"]),
    pidStep(daemon.pidFile),
  );
  const message = `process ${daemon.pid} started after "${daemon.pidFile}" was written, so the ` +
    "pid file is stale; no signal was sent";
  assert.deepEqual(failures(events), [["failed", "service", "pid_file:web", message]]);
  assert.match(
    bench.directory.read("store/.pending/pid_file:web"),
    /\nfailed: process \d+ started after /,
  );
  assert.equal(bench.directory.read("signals"), "");
});

Deno.test("no signal is sent to process 1, to groups, or to anything that is not a process", async () => {
  using directory = makeDirectory();
  const path = directory.at("x.pid");
  for (const text of ["1", "0", "-1", `-${Deno.pid}`, "nginx", ""]) {
    directory.write("x.pid", text);
    assert.deepEqual(await signalProcess(path, "HUP", 10), {
      kind: "failed",
      message: `"${path}" does not contain a process ID; no signal was sent`,
    }, text);
  }
});

rootTest("nothing is sent to root's process by a user's pid file", async () => {
  using directory = makeDirectory();
  await using daemon = await startDaemon(directory);
  Deno.chownSync(daemon.pidFile, 1001, 1001);
  const result = await signalProcess(daemon.pidFile, "HUP", 10);
  assert.deepEqual(result, {
    kind: "failed",
    message: `"${daemon.pidFile}" belongs to user 1001, but process ${daemon.pid} does not; ` +
      "no signal was sent",
  });
  assert.equal(directory.read("signals"), "");
});

/** A process that ends some time after the signal HUP. */
async function startMortal(directory: Directory, seconds: string, removesFile: boolean) {
  const pidFile = directory.at("mortal.pid");
  const end = `sleep ${seconds}; ${removesFile ? `rm ${pidFile}; ` : ""}exit 0`;
  const lines = [
    `trap "${end}" HUP`,
    `echo $$ > ${pidFile}.new && mv ${pidFile}.new ${pidFile}`,
    "while :; do sleep 0.05; done",
  ];
  const child = new Deno.Command("/bin/sh", { args: ["-c", lines.join("\n")] }).spawn();
  await waitUntil("the pid file is written", 60, () => {
    Deno.statSync(pidFile);
    return Promise.resolve(true);
  });
  return {
    pidFile,
    [Symbol.asyncDispose]: async () => {
      await child.status;
    },
  };
}

Deno.test("a process that ends by its signal, at once or a moment later, is a failure", async () => {
  for (const [seconds, removesFile] of [["0", false], ["0.5", false], ["0.5", true]] as const) {
    using bench = makeBench();
    await using mortal = await startMortal(bench.directory, seconds, removesFile);
    const step = pidStep(mortal.pidFile);
    const events = await bench.run(bench.deploy(WEB, ["pid_file:web"]), step);
    const how = removesFile
      ? `"${mortal.pidFile}" does not exist: the service is not running, or the path is wrong`
      : "it is not running";
    const advice = `see its log, then start it; VCM finds it by its pid file "${mortal.pidFile}"`;
    assert.deepEqual(failures(events), [
      ["failed", "service", "pid_file:web", `after the signal HUP ${how}; ${advice}`],
    ]);
    const pendingAction = bench.directory.read("store/.pending/pid_file:web");
    assert.match(pendingAction, /^acted: 20/m);
    if (removesFile) continue;

    // The next run has nothing to send a signal to, and forgets nothing.
    const actedAt = new Date("2026-12-01T09:00:00Z");
    const next = await bench.run({ ...step, pending: { reason: "pending", detail: "" }, actedAt });
    const why = "it was up before the action of 2026-12-01 09:00 UTC, but is down now";
    assert.deepEqual(failures(next), [["failed", "service", "pid_file:web", `${why}; ${advice}`]]);
    assert.equal(bench.directory.read("store/.pending/pid_file:web"), pendingAction);
  }
});

Deno.test("a process that its supervisor restarts is up", async () => {
  using bench = makeBench();
  const { directory } = bench;
  const pidFile = directory.at("kept.pid");
  const daemon = `echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 600`;
  const supervisor = `for i in 1 2; do sh -c '${daemon}'; done`;
  const child = new Deno.Command("/bin/sh", { args: ["-c", supervisor] }).spawn();
  await waitUntil("the pid file is written", 60, () => {
    Deno.statSync(pidFile);
    return Promise.resolve(true);
  });
  const before = directory.read("kept.pid");
  const events = await bench.run(
    bench.deploy(WEB, ["pid_file:web"]),
    pidStep(pidFile, "TERM"),
  );
  assert.deepEqual(failures(events), []);
  assert.notEqual(directory.read("kept.pid"), before);
  assert.equal(directory.tree().includes("store/.pending/pid_file:web"), false);
  Deno.kill(Number(directory.read("kept.pid")), "SIGTERM");
  await child.status;
});
