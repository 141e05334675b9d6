/** A signal ends a run in order: nothing half, nothing left behind, and the status tells it. */
import { assertQuick } from "../support/busy_machine.ts";
import { listIssued } from "../support/issued.ts";
import { assert } from "./assert.ts";
import { startFront } from "../support/faulty_proxy.ts";
import { startMachine } from "../support/machine.ts";
import { compiledVcm } from "../support/vcm.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { assertNoCommand, startEndedSite, untilCommandRuns } from "./ended_site.ts";

const test = await testsNeeding("openbao", "machine");
const WEB = "web.e2e.test";
/** Starts VCM on a terminal, which goes away at the end of input, and exits as VCM does. */
const TERMINAL = `
import os, pty, sys
vcm, terminal = pty.fork()
if vcm == 0:
    os.execv(sys.argv[1], sys.argv[1:])
sys.stdin.read()
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(vcm, 0)[1]))
`;

const STATUSES = [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]] as const;

for (const [signal, status] of STATUSES) {
  test(`${signal} ends the commands and the token of a run, which the next run finishes`, async () => {
    await using site = await startEndedSite();
    const slow = site.shell(`sleep 600 & echo $! >> ${site.directory}/pids; wait`);
    const certs = (command: string) =>
      site.certificate(WEB, `{name: first, command: ${command}}`, "{name: last, command: [true]}");
    site.configure(certs(slow), '  log_file: "' + site.directory + '/log"\n');
    const run = site.start("run", "--quiet");
    await untilCommandRuns(site);
    assert.equal(await site.loginTokens(), 1);
    run.send(signal);
    const { code, stderr } = await run.ended;
    assert.equal(code, status, stderr);
    await assertNoCommand(site);
    assert.equal(await site.loginTokens(), 0);
    assert.match(
      stderr,
      new RegExp(`first: "/bin/sh" was ended, because ${signal} was received$`, "m"),
    );
    assert.match(stderr, new RegExp(`last: not begun, because ${signal} was received; the next`));
    assert.match(site.read("log") ?? "", /ending the run in order/);

    site.configure(certs(`["touch", "${site.directory}/done"]`));
    const next = await site.vcm("run");
    assert.deepEqual([next.code, next.stdout], [
      0,
      "Done: 0 issued, 0 files deployed, 2 service actions; 0 failed, 0 skipped\n",
    ]);
    assert.equal(site.read("done"), "");
  });
}

test("a signal during validation rolls the new files back, and the next run deploys them", async () => {
  await using site = await startEndedSite();
  const certs = (validate: string) =>
    site.certificate(WEB, `{name: web, command: [true], validate: ${validate}}`) +
    site.certificate("b.e2e.test", "{name: b, command: [true], validate: [true]}");
  site.configure(certs("[true]"));
  assert.equal((await site.vcm("run", "--quiet")).code, 0);
  const old = site.read(`ssl/${WEB}.crt`);
  const renamed = (validate: string) =>
    certs(validate).replaceAll("    deploy:", '    dns_sans: ["more.e2e.test"]\n    deploy:');
  site.configure(renamed(site.shell("sleep 300")));
  const run = site.start("run");
  await untilCommandRuns(site);
  assert.notEqual(site.read(`ssl/${WEB}.crt`), old);
  run.send("SIGTERM");
  const { code, stdout } = await run.ended;
  assert.equal(code, 143);
  await assertNoCommand(site);
  assert.match(stdout, /^failed {2}command:web: "\/bin\/sh" was ended, .* rolled back$/m);
  assert.match(
    stdout,
    /^failed {2}command:b: "validate" was not run, because SIGTERM was .* rolled back$/m,
  );
  assert.equal(site.read(`ssl/${WEB}.crt`), old);
  const issued = await listIssued(site.bao);
  site.configure(renamed("[true]"));
  const next = await site.vcm("run");
  assert.match(next.stdout, /^Done: 0 issued, 2 files deployed, 2 service actions; 0 failed/);
  const after = await listIssued(site.bao);
  assert.deepEqual(after, issued);
});

test("a signal while certificates are issued wastes none, and begins none", async () => {
  await using site = await startEndedSite();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  await using front = startFront(site.bao, async (path) => {
    if (path.startsWith("pki/issue")) await opened;
    return undefined;
  });
  site.address = front.address;
  const names = Array.from({ length: 20 }, (_, at) => `n${at}.e2e.test`);
  site.configure(names.map((name) => site.certificate(name)).join(""));
  const asked = () => front.heard.filter((path) => path.startsWith("pki/issue")).length;
  const before = await listIssued(site.bao);
  const run = site.start("run");
  await waitUntil("8 are in flight", 60, () => Promise.resolve(asked() === 8 || undefined));
  run.send("SIGINT");
  // The run is ended before the answers come.
  await run.said("ending the run in order");
  open();
  const { code, stdout } = await run.ended;
  assert.equal(code, 130);
  assert.equal(asked(), 8);
  assert.match(
    stdout,
    /and 9 more: not begun, because SIGINT was received; the next run does it$/m,
  );
  assert.match(stdout, /^Done: 8 issued, 8 files deployed, 0 service actions; 12 failed/m);
  assert.equal(await site.loginTokens(), 0);
  const after = await listIssued(site.bao);
  assert.equal(after.length - before.length, 8);
  assert.match((await site.vcm("run")).stdout, /^Done: 12 issued, 12 files deployed/);
});

test("a server that never answers does not keep a signal from ending the run", async () => {
  await using site = await startEndedSite();
  const { promise: never, resolve: end } = Promise.withResolvers<Response>();
  for (const hangs of ["auth/approle/login", "pki/issue/web"]) {
    await using front = startFront(site.bao, (path) => path === hangs ? never : undefined);
    site.address = front.address;
    site.configure(site.certificate(WEB));
    const run = site.start("run");
    await waitUntil("it asks", 60, () => Promise.resolve(front.heard.includes(hangs) || undefined));
    run.send("SIGTERM");
    const { code, stdout, took } = await run.ended;
    assert.equal(code, 143, stdout);
    assert.match(stdout, /no answer within 10 s after SIGTERM was received/);
    assert.ok(took > 9_000, `${hangs}: ${took} ms`);
    assert.equal(await site.loginTokens(), 0, hangs);
    if (hangs === "pki/issue/web") end(new Response(null, { status: 503 }));
  }
});

test("a server that is not there is not waited for after a signal", async () => {
  await using site = await startEndedSite();
  await using front = startFront(
    site.bao,
    (path) =>
      path.startsWith("pki")
        ? new Response("{}", { status: 503, headers: { "retry-after": "30" } })
        : undefined,
  );
  site.address = front.address;
  site.configure(site.certificate(WEB));
  const run = site.start("run");
  await waitUntil(
    "it asks",
    60,
    () => Promise.resolve(front.heard.includes("pki/issue/web") || undefined),
  );
  run.send("SIGTERM");
  const { code, stdout, took } = await run.ended;
  assert.equal(code, 143, stdout);
  assert.match(stdout, /was not repeated, because SIGTERM was received/);
  assert.ok(took < 20_000, `${took} ms`);
});

test("a second signal ends the run at once, with commands that ignore the first", async () => {
  await using site = await startEndedSite();
  const stubborn = site.shell(`trap '' TERM HUP INT; sleep 300 & while :; do wait; sleep 1; done`);
  site.configure(site.certificate(WEB, `{name: web, command: ${stubborn}}`));
  // By the first signal alone they would be killed after 5 s.
  await assertQuick(4_500, async () => {
    const run = site.start("run");
    await untilCommandRuns(site);
    run.send("SIGTERM");
    await run.said("ending the run in order");
    run.send("SIGINT");
    const { code, took } = await run.ended;
    assert.equal(code, 130);
    await waitUntil(
      "the command has gone",
      60,
      async () => (await site.commands()).length === 0 || undefined,
    );
    return took;
  });
});

test("what a signal does not end by TERM is killed 5 s later, orphans too", async () => {
  await using site = await startEndedSite();
  const orphan =
    `(trap '' TERM; while :; do sleep 0.2; done) & echo $! >> ${site.directory}/pids; wait`;
  site.configure(site.certificate(WEB, `{name: web, command: ${site.shell(orphan)}}`));
  const run = site.start("run");
  await waitUntil("both run", 60, async () => (await site.commands()).length === 2 || undefined);
  run.send("SIGTERM");
  const { code, took } = await run.ended;
  assert.equal(code, 143);
  assert.ok(took > 4_900, `${took} ms`);
  await assertNoCommand(site);
});

test("a signal that was ignored when VCM started stays ignored", async () => {
  for (
    const [by, ignored, ends, status] of [
      [["nohup"], "SIGHUP", "SIGTERM", 143],
      [["/bin/sh", "-c", `trap '' INT; exec "$@"`, "sh"], "SIGINT", "SIGHUP", 129],
      [["/bin/sh", "-c", `trap '' TERM; exec "$@"`, "sh"], "SIGTERM", "SIGINT", 130],
    ] as const
  ) {
    await using site = await startEndedSite(by);
    const gate = `${site.directory}/gate`;
    const wait = site.shell(`until test -e ${gate}; do sleep 0.1; done`);
    site.configure(site.certificate(WEB, `{name: web, command: ${wait}}`));
    const run = site.start("run");
    await untilCommandRuns(site);
    run.send(ignored);
    run.send(ignored);
    const late = await Promise.race([
      run.ended,
      new Promise((resolve) => setTimeout(resolve, 500)),
    ]);
    assert.equal(late, undefined, ignored);
    Deno.writeTextFileSync(gate, "");
    assert.equal((await run.ended).code, 0, ignored);

    Deno.removeSync(gate);
    const other = site.start("restart", "--force");
    await untilCommandRuns(site);
    other.send(ends);
    assert.equal((await other.ended).code, status);
  }
});

test("a terminal that goes away ends the run with 129, and without an error of its own", async () => {
  await using site = await startEndedSite();
  site.configure(site.certificate(WEB, `{name: web, command: ${site.shell("sleep 300")}}`));
  const vcm = [await compiledVcm(), "run", "--config", `${site.directory}/vcm.yaml`];
  const terminal = new Deno.Command("python3", {
    args: ["-c", TERMINAL, ...vcm],
    stdin: "piped",
    stdout: "null",
  }).spawn();
  await untilCommandRuns(site);
  await terminal.stdin.close();
  assert.equal((await terminal.status).code, 129);
  await assertNoCommand(site);
  assert.equal(await site.loginTokens(), 0);
});

test("a validation that a signal ended does not count, even if its command exits with 0", async () => {
  await using site = await startEndedSite();
  const polite = site.shell("trap 'exit 0' TERM; sleep 300 & wait");
  site.configure(
    site.certificate(WEB, `{name: web, command: ["true"], validate: ${polite}}`),
    `  metrics_file: "${site.directory}/vcm.prom"\n`,
  );
  const run = site.start("run", "--json");
  await untilCommandRuns(site);
  run.send("SIGTERM");
  const { code, stdout } = await run.ended;
  assert.equal(code, 143);
  const { outcome } = JSON.parse(stdout);
  assert.deepEqual([outcome.issued, outcome.deployed, outcome.acted], [1, 0, 0]);
  assert.match(outcome.failed[0].message, /was ended, because SIGTERM was received/);
  assert.equal(site.read(`ssl/${WEB}.crt`), undefined);
  assert.match(site.read("vcm.prom") ?? "", /vcm_/);
});

test("under nohup a SIGHUP for the whole process group reaches neither VCM nor its commands", async () => {
  await using site = await startEndedSite(["setsid", "nohup"]);
  const gate = `${site.directory}/gate`;
  const wait = site.shell(`until test -e ${gate}; do sleep 0.1; done`);
  site.configure(site.certificate(WEB, `{name: web, command: ${wait}}`));
  const run = site.start("run");
  await untilCommandRuns(site);
  const sent = await new Deno.Command("kill", { args: ["-HUP", "--", `-${run.pid}`] }).output();
  assert.equal(sent.code, 0);
  Deno.writeTextFileSync(gate, "");
  const { code, stdout } = await run.ended;
  assert.equal(code, 0, stdout);
});

test("a command that gets the signal first does not count as failed", async () => {
  await using site = await startEndedSite();
  const certs = site.certificate(
    WEB,
    `{name: first, command: ${site.shell("sleep 300")}}`,
    "{name: last, command: [true]}",
  );
  site.configure(certs);
  const run = site.start("run");
  await untilCommandRuns(site);
  for (const pid of (site.read("pids") ?? "").trim().split("\n")) {
    Deno.kill(Number(pid), "SIGTERM");
  }
  run.send("SIGTERM");
  const { code, stdout } = await run.ended;
  assert.equal(code, 143);
  assert.match(
    stdout,
    /^failed {2}command:first: "\/bin\/sh" was ended, because SIGTERM was received/m,
  );
  assert.match(stdout, /last: not begun, because SIGTERM was received/);
});

test("systemctl stop ends a run under systemd in order", async () => {
  await using site = await startEndedSite();
  await using machine = await startMachine();
  site.configure(site.certificate(WEB, `{name: web, command: ${site.shell("sleep 300")}}`));
  // The path may have a blank.
  const vcm = `"${await compiledVcm()}" run --config ${site.directory}/vcm.yaml`;
  await machine.writeUnit("vcm.service", `[Service]\nType=oneshot\nExecStart=${vcm}\n`);
  await machine.exec(["systemctl", "daemon-reload"]);
  await machine.exec(["systemctl", "start", "--no-block", "vcm"]);
  await waitUntil("its command runs", 60, () => Promise.resolve(site.read("pids")));
  assert.equal(await site.loginTokens(), 1);
  assert.equal((await machine.exec(["systemctl", "stop", "vcm"])).code, 0);
  const show = ["systemctl", "show", "--value", "-p", "ExecMainStatus", "vcm"] as const;
  const journal = await machine.exec(["journalctl", "-u", "vcm", "-o", "cat", "--no-pager"]);
  assert.equal((await machine.exec(show)).stdout.trim(), "143", journal.stdout);
  assert.equal(await site.loginTokens(), 0);
});
