/**
 * A signal outside the part of a run that carries out its plan: nothing is half, no program goes on, no
 * token of a login is left, and the status tells the signal.
 */
import { assertQuick } from "../support/busy_machine.ts";
import { startFront } from "../support/faulty_proxy.ts";
import { untilSignalsHandled } from "../support/handled_signals.ts";
import { makeDirectory } from "../support/rig.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { waitUntil } from "../support/wait_until.ts";
import { assert } from "./assert.ts";
import { type EndedSite, startEndedSite } from "./ended_site.ts";

const test = await testsNeeding("openbao", "machine");
const [WEB, OTHER] = ["web.e2e.test", "b.e2e.test"];
const STATUSES = [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]] as const;

/** Starts VCM where scripts are in the place of the host's programs; the process stays the same. */
function withPrograms(scripts: Readonly<Record<string, string>>, more = "") {
  const rig = makeDirectory();
  const mounts = Object.entries(scripts).map(([path, script]) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    rig.write(name, `#!/bin/sh\n${script}\n`, 0o755);
    return `mount --bind ${rig.at(name)} ${path}`;
  });
  const line = ["mount --make-rprivate /", ...mounts, more, 'exec "$@"'].filter((one) =>
    one !== ""
  );
  return {
    by: ["unshare", "--mount", "/bin/sh", "-c", line.join(" && "), "sh"],
    pids: rig.at("pids"),
    [Symbol.dispose]: () => rig[Symbol.dispose](),
  };
}

/** Lets the login of a site revoke. */
async function allowRevoking({ bao }: EndedSite): Promise<void> {
  const policy = ["issue/*", "revoke"]
    .map((path) => `path "pki/${path}" { capabilities = ["create", "update"] }`).join("\n");
  await bao.api("POST", "sys/policies/acl/vcm", { policy });
}

/** A program that writes its id into `pids`, as the commands of a site do, and goes on. */
const hang = (pids: string) => `echo $$ >> ${pids}; exec sleep 300`;

for (const [signal, status] of STATUSES) {
  for (const command of ["run", "check"]) {
    test(`${signal} while "vcm ${command}" observes the host ends what VCM asks there`, async () => {
      using rig = makeDirectory();
      using programs = withPrograms({ "/usr/bin/getent": hang(rig.at("pids")) });
      await using site = await startEndedSite(programs.by);
      const owned =
        `  - name: "${WEB}"\n    deploy:\n      - privkey: "${site.directory}/ssl/k"\n` +
        '        owner: "someone-else"\n';
      site.configure(owned);
      // One that goes on would be killed after 5 s.
      await assertQuick(4_500, async () => {
        rig.write("pids", "");
        const run = site.start(command);
        const pid = await waitUntil(
          "getent runs",
          60,
          () => Promise.resolve(lastPid(rig.at("pids"))),
        );
        run.send(signal);
        const { code, stdout, stderr, took } = await run.ended;
        assert.equal(code, status, stdout + stderr);
        assert.equal(isRunning(pid), false);
        assert.equal(await site.loginTokens(), 0);
        return took;
      });
    });
  }
}

test("a signal while VCM reads the configuration ends it at once, and makes no store", async () => {
  for (const command of ["run", "check", "plan", "status"]) {
    for (const [signal, status] of STATUSES) {
      using rig = makeDirectory();
      const child = new Deno.Command(await compiledVcm(), {
        args: [command, "--config", "-"],
        clearEnv: true,
        env: { PATH: "/usr/bin:/bin" },
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn();
      const writer = child.stdin.getWriter();
      // A pipe holds 64 KiB, so VCM has begun to read when this much is written; no end follows.
      const text = `config:\n  cert_store: "${rig.at("store")}"\n` + "# more\n".repeat(40_000);
      await writer.write(new TextEncoder().encode(text));
      child.kill(signal);
      assert.equal((await child.status).code, status, command);
      assert.deepEqual(rig.tree(), []);
      await writer.abort().catch(() => {});
    }
  }
});

test("a program that ignores the signal is killed, and a second signal does not wait for it", async () => {
  for (const [times, longest] of [[1, 8_000], [2, 4_500]] as const) {
    using rig = makeDirectory();
    const stubborn = `trap 'echo TERM >> ${rig.at("got")}' TERM\n` +
      `echo $$ >> ${rig.at("pids")}\nwhile :; do sleep 0.2; done`;
    using programs = withPrograms({ "/usr/bin/getent": stubborn });
    await using site = await startEndedSite(programs.by);
    site.configure(
      `  - name: "${WEB}"\n    deploy:\n      - privkey: "${site.directory}/ssl/k"\n        owner: "nobody-x"\n`,
    );
    await assertQuick(longest, async () => {
      for (const name of ["pids", "got"]) rig.write(name, "");
      const run = site.start("check");
      const pid = await waitUntil(
        "getent runs",
        60,
        () => Promise.resolve(lastPid(rig.at("pids"))),
      );
      run.send("SIGTERM");
      if (times === 2) {
        await waitUntil("it gets TERM", 60, () => Promise.resolve(rig.read("got") || undefined));
        run.send("SIGTERM");
      }
      const { code, took } = await run.ended;
      assert.equal(code, 143);
      await waitUntil("it has gone", 60, () => Promise.resolve(!isRunning(pid) || undefined));
      return took;
    });
  }
});

test("a signal while a command waits for the lock ends it, and the lock is not taken", async () => {
  for (const line of [["run"], ["revoke", "--yes", WEB], ["prune", "--yes", OTHER]]) {
    await using site = await startEndedSite();
    site.configure(site.certificate(WEB) + site.certificate(OTHER));
    assert.equal((await site.vcm("run")).code, 0);
    site.configure(site.certificate(WEB));
    const lock = `${site.directory}/store/.lock`;
    const holder = new Deno.Command("flock", { args: [lock, "sleep", "300"], stdin: "null" })
      .spawn();
    await waitUntil("the lock is held", 60, async () => {
      const { code } = await new Deno.Command("flock", { args: ["-n", lock, "true"] }).output();
      return code !== 0 || undefined;
    });
    const before = tree(site);
    const waiting = site.start(...line, "--wait", "5m");
    await waiting.said("Waiting up to");
    waiting.send("SIGTERM");
    const { code } = await waiting.ended;
    await new Deno.Command("pkill", { args: ["-P", String(holder.pid)] }).output();
    await holder.status;
    assert.equal(code, 143, line.join(" "));
    assert.deepEqual(tree(site), before);
    assert.equal(await site.loginTokens(), 0);
  }
});

test("a signal during vcm revoke revokes the login's token, begins no other revocation, and a later one finishes it", async () => {
  for (const [signal, status] of STATUSES) {
    await using site = await startEndedSite();
    await allowRevoking(site);
    const certs = site.certificate(WEB) + site.certificate(OTHER);
    site.configure(certs);
    assert.equal((await site.vcm("run")).code, 0);
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    await using front = startFront(site.bao, async (path) => {
      if (path === "pki/revoke") await opened;
      return undefined;
    });
    site.address = front.address;
    site.configure(certs);
    const run = site.start("revoke", "--yes", WEB, OTHER);
    await waitUntil(
      "it asks",
      60,
      () => Promise.resolve(front.heard.includes("pki/revoke") || undefined),
    );
    assert.equal(await site.loginTokens(), 1);
    run.send(signal);
    await untilSignalsHandled(run.pid);
    open();
    const { code, stdout, stderr } = await run.ended;
    assert.equal(code, status, stdout + stderr);
    // What was under way is finished.
    assert.match(stdout, new RegExp(`^${WEB}: revoked, serial `), stderr);
    assert.match(
      stderr,
      new RegExp(`^failed {2}${OTHER}: Not revoked, because ${signal} was`, "m"),
    );
    assert.equal(await site.loginTokens(), 0);
    assert.ok(!tree(site).some((name) => name.includes(".pending-revocation")));
    site.address = site.bao.address;
    site.configure(certs);
    assert.match((await site.vcm("run")).stdout, /^Done: 1 issued/);
  }
});

test("a server that never answers a revocation does not keep a signal from ending vcm revoke", async () => {
  await using site = await startEndedSite();
  await allowRevoking(site);
  site.configure(site.certificate(WEB));
  assert.equal((await site.vcm("run")).code, 0);
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  for (const hangs of ["auth/approle/login", "pki/revoke"]) {
    await using front = startFront(site.bao, (path) => path === hangs ? never : undefined);
    site.address = front.address;
    site.configure(site.certificate(WEB));
    const run = site.start("revoke", "--yes", WEB);
    await waitUntil("it asks", 60, () => Promise.resolve(front.heard.includes(hangs) || undefined));
    run.send("SIGTERM");
    const { code, stderr } = await run.ended;
    assert.equal(code, 143, stderr);
    assert.match(stderr, /no answer within 10 s after SIGTERM was received/);
    assert.equal(await site.loginTokens(), 0, hangs);
    if (hangs === "pki/revoke") resolve(new Response(null, { status: 503 }));
  }
  site.address = site.bao.address;
  site.configure(site.certificate(WEB));
  const again = await site.vcm("revoke", "--yes", WEB);
  assert.equal(again.code, 0, again.stderr);
});

test("a signal during vcm prune leaves each set whole, in the store or in the archive", async () => {
  await using site = await startEndedSite();
  site.configure(site.certificate(WEB));
  assert.equal((await site.vcm("run")).code, 0);
  // So many that a busy machine does not move all before the signal.
  const names = Array.from({ length: 600 }, (_, at) => `old${at}.e2e.test`);
  const store = `${site.directory}/store`;
  const copy = 'cd "$1" && shift && for name; do cp -a ' + WEB + ' "$name" || exit; done';
  const { success } = await new Deno.Command("sh", { args: ["-c", copy, "sh", store, ...names] })
    .output();
  assert.ok(success);
  const run = site.start("prune", "--yes", ...names);
  await waitUntil("one is archived", 60, () => Promise.resolve(site.entries("store/archive")?.[0]));
  run.send("SIGTERM");
  const { code, stdout, stderr } = await run.ended;
  assert.equal(code, 143, stderr);
  const archived = names.filter((name) => stdout.includes(`${name}: archived in "`));
  const left = names.filter((name) =>
    stderr.includes(`${name}: Not archived: SIGTERM was received`)
  );
  assert.ok(archived.length > 0 && left.length > 0, `${archived.length} and ${left.length}`);
  assert.deepEqual([...archived, ...left].sort(), [...names].sort());
  for (const name of left) assert.equal(site.entries(`store/${name}`)?.length, 5, name);
  for (const name of archived) {
    const [version = ""] = site.entries(`store/archive/${name}`) ?? [];
    assert.equal(site.entries(`store/archive/${name}/${version}`)?.length, 5, name);
  }
  assert.equal((await site.vcm("prune", "--yes", ...left)).code, 0);
});

test("a signal during vcm doctor revokes the login's token, wherever the server hangs", async () => {
  await using site = await startEndedSite();
  site.configure(site.certificate(WEB));
  for (
    const [hangs, longest] of [
      ["sys/health", 4_500],
      ["auth/approle/login", 60_000],
      ["auth/token/lookup-self", 4_500],
      ["sys/capabilities-self", 4_500],
    ] as const
  ) {
    await assertQuick(longest, async () => {
      const { promise: opened, resolve: open } = Promise.withResolvers<void>();
      await using front = startFront(site.bao, async (path) => {
        if (path.startsWith(hangs)) await opened;
        return undefined;
      });
      site.address = front.address;
      site.configure(site.certificate(WEB));
      const run = site.start("doctor", "--json");
      await waitUntil(
        `it asks ${hangs}`,
        60,
        () => Promise.resolve(front.heard.find((path) => path.startsWith(hangs))),
      );
      run.send("SIGTERM");
      if (hangs === "auth/approle/login") {
        await untilSignalsHandled(run.pid);
        open();
      }
      const { code, stdout, stderr, took } = await run.ended;
      open();
      assert.equal(code, 143, hangs + stdout + stderr);
      assert.match(JSON.stringify(JSON.parse(stdout)), /not all was checked, because SIGTERM/);
      assert.equal(await site.loginTokens(), 0, hangs);
      return took;
    });
  }
});

test("a signal during vcm demo leaves neither its directory nor its server", async () => {
  for (const [signal, status] of STATUSES) {
    using rig = makeDirectory();
    let code = 0;
    // On a busy machine it may have ended before the signal.
    for (let tries = 0; tries < 5 && code === 0; tries++) {
      const child = new Deno.Command(await compiledVcm(), {
        args: ["demo"],
        clearEnv: true,
        env: { PATH: "/usr/bin:/bin", TMPDIR: rig.path },
        stdin: "null",
        stdout: "null",
      }).spawn();
      await waitUntil("it has begun", 60, () => Promise.resolve(rig.tree()[0]));
      await waitUntil("it has written a key, or ended", 60, () => {
        const [directory] = rig.tree();
        const [key] = rig.tree().filter((name) => name.startsWith(`${directory}store/web`));
        return Promise.resolve(directory === undefined ? "ended" : key);
      });
      child.kill(signal);
      ({ code } = await child.status);
      assert.deepEqual(rig.tree(), []);
    }
    assert.equal(code, status);
  }
});

/** Runs a program on a terminal, types the answers, and says how a signal at a question ended it. */
const AT_A_QUESTION = `
import os, pty, signal, sys, time
number, text = int(sys.argv[1]), sys.argv[2].encode()
vcm, terminal = pty.fork()
if vcm == 0:
    os.execv(sys.argv[3], sys.argv[3:])
seen = b""
while text not in seen:
    seen += os.read(terminal, 4096)
time.sleep(0.3)
os.kill(vcm, number)
while True:
    try:
        if not os.read(terminal, 4096): break
    except OSError: break
sys.exit(128 - os.waitstatus_to_exitcode(os.waitpid(vcm, 0)[1]))
`;

test("a signal at a question ends the command at once, and nothing is written", async () => {
  await using site = await startEndedSite();
  site.configure(site.certificate(WEB) + site.certificate(OTHER));
  assert.equal((await site.vcm("run")).code, 0);
  site.configure(site.certificate(WEB));
  const config = ["--config", `${site.directory}/vcm.yaml`];
  for (
    const [text, ...line] of [
      ["[y/N]", "revoke", WEB, ...config],
      ["[y/N]", "prune", OTHER, ...config],
      ["Press Enter", "init", "--config", `${site.directory}/first.yaml`],
    ] as const
  ) {
    const before = tree(site);
    for (const [number, status] of [[15, 143], [2, 130], [1, 129]]) {
      const { code } = await new Deno.Command("python3", {
        args: ["-c", AT_A_QUESTION, String(number), text, await compiledVcm(), ...line],
        stdin: "null",
      }).output();
      assert.equal(code, status, line.join(" "));
      assert.deepEqual(tree(site), before);
    }
  }
});

test("a signal during vcm install ends systemctl, and says what is done and how to go on", async () => {
  using rig = makeDirectory();
  const script = `case "$*" in *enable*) ${hang(rig.at("pids"))};; esac`;
  using programs = withPrograms(
    { "/usr/bin/systemctl": script },
    "mount -t tmpfs none /run && mkdir -p /run/systemd/system && mount -t tmpfs none /etc/systemd/system",
  );
  await using site = await startEndedSite(programs.by);
  site.configure(site.certificate(WEB));
  const run = site.start("install", "--yes");
  const pid = await waitUntil("systemctl runs", 60, () => Promise.resolve(lastPid(rig.at("pids"))));
  run.send("SIGTERM");
  const { code, stderr } = await run.ended;
  assert.equal(code, 143, stderr);
  assert.equal(isRunning(pid), false);
  assert.match(
    stderr,
    /^error: Not finished, because SIGTERM was received; already done: .*vcm\.service is written.*; to finish it, run the same command again$/m,
  );
});

function lastPid(path: string): number | undefined {
  try {
    return Number(Deno.readTextFileSync(path).trim().split("\n").at(-1)) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** Names of all below the site's directory, with their sizes. */
function tree({ directory }: EndedSite): readonly string[] {
  const { stdout } = new Deno.Command("find", {
    args: [directory, "-printf", "%P %s %m\n"],
  }).outputSync();
  return new TextDecoder().decode(stdout).split("\n").sort();
}
