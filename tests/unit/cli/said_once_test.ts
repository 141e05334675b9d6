/** A reason that many certificates share, such as a server that is down, is said once. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { fakeHost, type FakeHostOptions } from "../../support/fixtures_host.ts";
import { makeSite, type Site } from "../../support/fixtures_site.ts";

const NO_ADDRESS =
  'No Vault address: set "vault" under "config" in the file, or the variable VAULT_ADDR';

function configuration(names: readonly string[]): string {
  const certs = names.map((name) => `  - {name: ${name}, deploy: [{cert: FOLDER/${name}.crt}]}\n`);
  return `config: {pki: pki, role: web, cert_store: FOLDER/store, log_file: FOLDER/vcm.log}
certs:
${certs.join("")}`;
}

function siteTest(name: string, names: readonly string[], fn: (site: Site) => Promise<void>) {
  Deno.test({
    name,
    permissions: { read: true, write: true, sys: ["uid"], env: ["LOG_TOKENS", "LOG_STREAM"] },
    fn: async () => {
      await using site = await makeSite(configuration(names));
      await fn(site);
    },
  });
}

async function run({ config, path }: Site, line: string, options: FakeHostOptions = {}) {
  const host = fakeHost({ ...options, env: { VCM_CONFIG: config } });
  const status = await main(line.split(" "), host);
  const log = host.appended.get(path("vcm.log")) ?? "";
  return { status, stdout: host.stdout(), stderr: host.stderr(), log };
}

/** Each line of the log without its time. */
function failures(log: string): string[] {
  return log.split("\n").filter((line) => line.includes(" error ")).map((line) =>
    line.slice(line.indexOf(" error ") + 1)
  );
}

siteTest("the quiet read a failure once, on standard error", ["a.test"], async (site) => {
  const { status, stdout, stderr, log } = await run(site, "run --quiet");
  assert.deepEqual([status, stdout], [1, ""]);
  assert.equal(
    stderr,
    `failed  a.test: ${NO_ADDRESS}\n` +
      "skipped  a.test: no new certificate was issued\n" +
      "Done: 0 issued, 0 files deployed, 0 service actions; 1 failed, 1 skipped\n",
  );
  assert.deepEqual(failures(log), [`error a.test: issue failed: ${NO_ADDRESS}`]);
});

const MANY = ["a.test", "b.test", "c.test", "d.test", "e.test"];
const GROUPED = `failed  a.test, b.test, c.test and 2 more: ${NO_ADDRESS}
skipped  a.test, b.test, c.test and 2 more: no new certificate was issued
Done: 0 issued, 0 files deployed, 0 service actions; 5 failed, 5 skipped
`;

siteTest(
  "one reason of many is printed for the first, and grouped in the end",
  MANY,
  async (site) => {
    const { status, stdout, stderr, log } = await run(site, "run");
    assert.equal(status, 1);
    const errors = stderr.split("\n").filter((line) => line.startsWith("error: "));
    assert.deepEqual(errors, [`error: a.test: issue failed: ${NO_ADDRESS}`]);
    assert.equal(stdout, GROUPED);
    assert.deepEqual(
      failures(log),
      MANY.map((name) => `error ${name}: issue failed: ${NO_ADDRESS}`),
    );
  },
);

const TERMINAL = { outIsTerminal: true, errIsTerminal: true };

siteTest("on a terminal a failure is told once, in the log", ["a.test"], async (site) => {
  for (const line of ["run", "run --verbose", "issue"]) {
    const { status, stdout, stderr } = await run(site, line, TERMINAL);
    assert.equal(status, 1);
    const skipped = line === "issue" ? 0 : 1;
    assert.equal(
      stdout,
      `Done: 0 issued, 0 files deployed, 0 service actions; 1 failed, ${skipped} skipped\n`,
    );
    assert.equal(
      stderr,
      `a.test\n  error: issue failed: ${NO_ADDRESS}\n` +
        (skipped === 1 ? "  deploy skipped: no new certificate was issued\n" : ""),
    );
  }
});

siteTest("on a terminal one reason of many is told once, and who shares it", MANY, async (site) => {
  const { stdout, stderr } = await run(site, "run --no-color", TERMINAL);
  assert.equal(`${stdout}${stderr}`.match(/No Vault address/g)?.length, 1);
  assert.equal(
    stdout,
    "failed  b.test, c.test, d.test, e.test: for the same reason as a.test\n" +
      "Done: 0 issued, 0 files deployed, 0 service actions; 5 failed, 5 skipped\n",
  );
});

siteTest(
  "on a terminal a blocker is told once, and what it stops is not lost",
  ["a.test"],
  async (site) => {
    Deno.mkdirSync(site.path("a.test.crt"));
    const { stdout, stderr } = await run(site, "deploy", TERMINAL);
    assert.equal(`${stdout}${stderr}`.match(/is a directory/g)?.length, 1);
    assert.match(stdout, /; \d failed, 0 skipped\n$/);
  },
);

siteTest(
  "two streams that may have different readers both tell a failure",
  ["a.test"],
  async (site) => {
    const cases: [string, FakeHostOptions][] = [
      ["run", { outIsTerminal: true }],
      ["run", { errIsTerminal: true }],
      ["run --log-format json", TERMINAL],
      ["run", { ...TERMINAL, errIsJournal: true }],
    ];
    for (const [line, options] of cases) {
      const { stdout, stderr } = await run(site, `${line} --no-color`, options);
      assert.ok(stdout.startsWith(`failed  a.test: ${NO_ADDRESS}\n`), stdout);
      assert.ok(stderr.includes("No Vault address"), stderr);
    }
    const { stdout, stderr } = await run(site, "run --quiet", TERMINAL);
    assert.deepEqual([stdout, stderr.match(/No Vault address/g)?.length], ["", 1]);
  },
);

siteTest("the quiet read one reason of many once, grouped", MANY, async (site) => {
  const { status, stdout, stderr } = await run(site, "run --quiet");
  assert.deepEqual([status, stdout, stderr], [1, "", GROUPED]);
});

siteTest("the verbose read each failure", MANY, async (site) => {
  const { stderr } = await run(site, "run --verbose");
  const errors = stderr.split("\n").filter((line) => line.startsWith("error: "));
  assert.deepEqual(errors, MANY.map((name) => `error: ${name}: issue failed: ${NO_ADDRESS}`));
});

siteTest(
  "with --json a failure is data, and the quiet read nothing else",
  ["a.test"],
  async (site) => {
    const { status, stdout, stderr } = await run(site, "run --quiet --json");
    assert.deepEqual([status, stderr], [1, ""]);
    assert.equal(stdout.match(/No Vault address/g)?.length, 2, "in the events and in the outcome");
  },
);

siteTest(
  "with --quiet failures are printed in the format of the log",
  ["a.example.com"],
  async (site) => {
    const { status, stdout, stderr } = await run(site, "run --quiet --log-format json");
    assert.deepEqual([status, stdout], [1, ""]);
    const entries = stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(entries.map(({ level, message, event }) => [level, message, event.kind]), [
      ["error", `a.example.com: issue failed: ${NO_ADDRESS}`, "failed"],
    ]);
  },
);

siteTest("blockers are printed in the log, too", ["a.example.com"], async (site) => {
  Deno.mkdirSync(site.path("a.example.com.crt"));
  const directory = `"${
    site.path("a.example.com.crt")
  }" is a directory; remove it, or give the path of a file in it`;
  const { status, stderr, log } = await run(site, "deploy");
  assert.equal(status, 1);
  assert.ok(stderr.includes(`error: a.example.com: ${directory}\n`), stderr);
  assert.ok(log.includes(` error a.example.com: ${directory}\n`), log);
});
