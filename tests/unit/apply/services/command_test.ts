/** Services whose action is a command of the file: what it is told, and what is made of its end. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { failures, kinds } from "../plans.ts";
import { type Bench, commandStep, makeBench } from "./bench.ts";
import { withMoreTime } from "../../../support/busy_machine.ts";

const WEB = "web.example.test";
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsecretsecretsecr
et==
-----END PRIVATE KEY-----`;

/** What is reported if a service's command is a script of these lines. */
async function failureOf(bench: Bench, lines: string, timeout = 20): Promise<string> {
  const command = [bench.script("reload", lines)];
  const events = await bench.run(
    commandStep("web", [], command, {
      timeout,
      pending: { reason: "pending", detail: "it has not loaded them" },
    }),
  );
  const [failure] = failures(events);
  assert.deepEqual(failure?.slice(0, 3), ["failed", "service", "web"]);
  return (failure?.[3] ?? "").replaceAll(bench.directory.path, "FOLDER");
}

Deno.test("a command that succeeds is an action, whatever it prints", async () => {
  using bench = makeBench();
  bench.directory.write("store/.pending/web", "x");
  const events = await bench.run(
    bench.deploy(WEB, ["web"]),
    commandStep("web", [WEB], bench.logs("act", "echo fine; echo warning >&2")),
  );
  assert.deepEqual(events.slice(2), [{ kind: "acted", service: "web", action: "command" }]);
  assert.equal(bench.directory.tree().includes("store/.pending/web"), false);
});

Deno.test("a command that fails is reported with its status and output, errors first", async () => {
  using bench = makeBench();
  const cases = [
    ["exit 3", '"FOLDER/bin/reload" failed (3): no output'],
    ["echo out; exit 1", '"FOLDER/bin/reload" failed (1): out'],
    ["echo out; echo err >&2; exit 1", '"FOLDER/bin/reload" failed (1): err out'],
    ["printf 'a\\n\\n  b\\tc\\n' >&2; exit 255", '"FOLDER/bin/reload" failed (255): a b c'],
    ["kill -SEGV $$", '"FOLDER/bin/reload" failed (139): no output'],
  ] as const;
  for (const [lines, expected] of cases) {
    assert.equal(await failureOf(bench, lines), expected);
  }
});

Deno.test("the pending action of a command that failed stays, and says why", async () => {
  using bench = makeBench();
  const command = bench.logs("act", "echo no such socket; exit 1");
  await bench.run(bench.deploy(WEB, ["web"]), commandStep("web", [WEB], command));
  assert.equal(
    bench.directory.read("store/.pending/web"),
    `web has to load new files\ncertificate: ${WEB}\n` +
      `failed: "${command[0]}" failed (1): no such socket\n`,
  );
});

Deno.test("a command that hangs is ended", async () => {
  using bench = makeBench();
  const failure = await withMoreTime(1_000, async (limit) => {
    const began = bench.directory.at(`began-${limit}`);
    const script = `echo asking the daemon; touch ${began}; exec sleep 600`;
    const failure = await failureOf(bench, script, limit / 1000);
    return existsSync(began) ? failure.replace(` ${limit / 1000} s:`, " LIMIT:") : undefined;
  });
  assert.equal(failure, '"FOLDER/bin/reload" took longer than LIMIT: asking the daemon');
});

Deno.test("a command that hangs without output is told without it", async () => {
  using bench = makeBench();
  assert.equal(
    await failureOf(bench, "exec sleep 600", 1),
    '"FOLDER/bin/reload" took longer than 1 s',
  );
});

Deno.test("a command that is not on this host is reported by name", async () => {
  using bench = makeBench();
  const pending = { reason: "pending", detail: "it has not loaded them" } as const;
  for (const program of ["vcm-test-no-such-program", "/no/such/program"]) {
    const events = await bench.run(commandStep("web", [], [program, "-x"], { pending }));
    assert.deepEqual(failures(events), [
      ["failed", "service", "web", `cannot run "${program}": not on this host`],
    ]);
  }
});

Deno.test("a service's command is skipped if nothing was deployed for it", async () => {
  using bench = makeBench();
  const events = await bench.run(commandStep("web", [WEB], bench.logs("act")));
  assert.deepEqual(failures(events), [
    ["skipped", "service", "web", "nothing was deployed for it"],
  ]);
  assert.deepEqual(bench.log(), []);
});

Deno.test("commands are told certificates, files and reason, a line each, and nothing else", async () => {
  using bench = makeBench();
  const [a, b] = ["a.example.test", "b.example.test"] as const;
  const { directory } = bench;
  const copy = (name: string) => ["cp", "/proc/self/environ", directory.at(name)];
  Deno.env.set("VAULT_TOKEN", "s.notforchildren");
  Deno.env.set("VCM_CONFIG", "/etc/vcm/other.yaml");
  try {
    const events = await bench.run(
      bench.deploy(a, ["web"]),
      bench.deploy(b, ["web"]),
      commandStep("web", [a, b], copy("action"), { validate: [copy("validate")] }),
    );
    assert.deepEqual(failures(events), []);
  } finally {
    Deno.env.delete("VAULT_TOKEN");
    Deno.env.delete("VCM_CONFIG");
  }
  for (const name of ["action", "validate"]) {
    const lines = directory.read(name).split("\0").filter((line) => line !== "").sort();
    assert.deepEqual(lines, [
      "LC_ALL=C",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "TZ=UTC",
      `VCM_CERTS=${a}\n${b}`,
      `VCM_FILES=/etc/ssl/${a}.crt\n/etc/ssl/${b}.crt`,
      `VCM_REASON=it loads the new files of ${a}, ${b}`,
    ], name);
  }
});

Deno.test("a private key that a command prints is not said", async () => {
  using bench = makeBench();
  bench.directory.write("key", `${KEY}\n`);
  const key = bench.directory.at("key");
  const start = '"FOLDER/bin/reload" failed (1): ';
  const cases = [
    [`echo bad; cat ${key}; echo end; exit 1`, `${start}bad [redacted] end`],
    // Cut off, as by a limit on lines.
    [`echo bad >&2; head -n 2 ${key} >&2; exit 1`, `${start}bad [redacted]`],
    [`sed 's/PRIVATE/EC PRIVATE/' ${key}; exit 1`, `${start}[redacted]`],
    [`tr '\\n' ' ' < ${key}; exit 1`, `${start}[redacted]`],
    [`cat ${key} ${key}; exit 1`, `${start}[redacted] [redacted]`],
  ] as const;
  for (const [lines, expected] of cases) {
    assert.equal(await failureOf(bench, lines), expected);
  }
});

Deno.test("a token that a command prints is not said, in the event, the pending action or elsewhere", async () => {
  using bench = makeBench();
  const tokens = ["hvs.CAESIJ1234567890abcdef", "s.1234567890abcdefghijklmn", "hvb.AAAAAQJ1234567"];
  bench.directory.write("store/.pending/web", "x\n");
  for (const token of tokens) {
    const said = await failureOf(bench, `echo "X-Vault-Token: ${token}, refused"; exit 1`);
    assert.equal(said, '"FOLDER/bin/reload" failed (1): X-Vault-Token: [redacted] refused');
    assert.equal(bench.directory.read("store/.pending/web").includes(token), false);
  }
});

Deno.test("a token among the arguments of a command is not said", async () => {
  using bench = makeBench();
  const pending = { reason: "pending", detail: "it has not loaded them" } as const;
  const token = "hvs.CAESIJ1234567890abcdef";
  const events = await bench.run(
    commandStep("web", [], [bench.script("reload", "exit 1"), "--token", token], { pending }),
  );
  assert.equal(JSON.stringify(events).includes(token), false);
});

Deno.test("what a command prints is one line, bounded, without control characters", async () => {
  using bench = makeBench();
  const start = '"FOLDER/bin/reload" failed (1): ';
  assert.equal(
    await failureOf(bench, "printf '\\033[31mred\\033[0m\\a\\r\\nnext'; exit 1"),
    `${start}red\ufffd next`,
  );
  const long = await failureOf(bench, "head -c 200000 /dev/zero | tr '\\0' .; exit 1");
  assert.equal(long, `${start}${".".repeat(500)}…`);
});

Deno.test("services act one after the other, and one that fails stops no other", async () => {
  using bench = makeBench();
  const events = await bench.run(
    bench.deploy(WEB, ["a", "b", "c"]),
    commandStep(
      "a",
      [WEB],
      bench.logs("a", `sleep 0.2; echo a-end >> ${bench.directory.at("log")}`),
    ),
    commandStep("b", [WEB], bench.logs("b", "exit 1")),
    commandStep("c", [WEB], bench.logs("c")),
  );
  assert.deepEqual(kinds(events).slice(2), ["acted", "failed", "acted"]);
  assert.deepEqual(bench.log(), ["a", "a-end", "b", "c"]);
  assert.deepEqual(
    bench.directory.tree().filter((name) => name.startsWith("store/.pending/")),
    ["store/.pending/", "store/.pending/b"],
  );
});

Deno.test("a command gets no more in its environment than the kernel allows", async () => {
  using bench = makeBench();
  const pending = { reason: "pending", detail: "it has not loaded them" } as const;
  const certificates = Array.from({ length: 20_000 }, (_, at) => `customer-${at}`);
  const lines = ["CERTS", "FILES", "REASON"].map((name) =>
    `printf '%s\\n' "$VCM_${name}" | tail -n 1 >> ${bench.directory.at("log")}`
  );
  const events = await bench.run(
    commandStep("web", certificates, [bench.script("act", lines.join("\n"))], { pending }),
  );
  assert.deepEqual(events.map(({ kind }) => kind), ["acted"]);
  assert.deepEqual(bench.log(), ["…", "…", pending.detail]);
});

Deno.test("a command that leaves a process at its output has failed: that would end with the run", async () => {
  using bench = makeBench();
  const pid = bench.directory.at("pid");
  const message = await failureOf(bench, `sleep 600 & echo $! > ${pid}`);
  Deno.kill(Number(bench.directory.read("pid")), "SIGKILL");
  assert.equal(
    message,
    '"FOLDER/bin/reload" ended, but a process that it started still writes to its output; ' +
      "redirect the output of that process, or start it as a unit",
  );
});
