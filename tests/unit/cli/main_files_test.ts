/** `main()` on files in a temporary directory; without net, and without any program to run. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { CUT_PEM, NOW } from "../../support/fixtures.ts";
import { fakeHost, type FakeHostOptions } from "../../support/fixtures_host.ts";
import { makeSite, makeSiteInOrder, type Site } from "../../support/fixtures_site.ts";
import { outputMistakes } from "../../support/output_validator.ts";

const MISTAKES = `config:
  pki: pki
  renew: 14x
certs:
  - name: web
    role: r
    deploy:
      - cert: /etc/a
        mod: "0644"
`;

function siteTest(name: string, makeIt: () => Promise<Site>, fn: (site: Site) => Promise<void>) {
  Deno.test({
    name,
    permissions: { read: true, write: true, sys: ["uid"], env: ["LOG_TOKENS", "LOG_STREAM"] },
    fn: async () => {
      await using site = await makeIt();
      await fn(site);
    },
  });
}

/** Runs a command line with the site's file; paths are shown as FOLDER. */
async function run({ directory, config }: Site, line: string, options: FakeHostOptions = {}) {
  const host = fakeHost({ env: { VCM_CONFIG: config }, ...options });
  const status = await main(line.split(" "), host);
  const [stdout, stderr] = [host.stdout(), host.stderr()]
    .map((text) => text.replaceAll(directory, "FOLDER"));
  return { status, stdout: stdout ?? "", stderr: stderr ?? "" };
}

/** A host on another day. */
const onDay = (day: string, site: Site): FakeHostOptions => ({
  env: { VCM_CONFIG: site.config },
  now: new Date(day),
});

siteTest(
  "a file with errors: all of them, on standard error",
  () => makeSite(MISTAKES),
  async (site) => {
    const lines = [
      'FOLDER/vcm.yaml:3:10 config.renew: expected a duration such as "14d", or a share above 0% and ' +
      'below 100% such as "33%", got "14x"',
      'FOLDER/vcm.yaml:9:9 certs[0].deploy[0].mod: unknown key; did you mean "mode"?',
    ];
    const text = [...lines.map((line) => `error: ${line}`), "2 errors; nothing was done", ""]
      .join("\n");
    for (const command of ["run", "plan", "issue", "deploy", "restart", "validate", "check"]) {
      assert.deepEqual(await run(site, command), {
        status: command === "check" ? 3 : 2,
        stdout: "",
        stderr: text,
      });
    }
    const { status, stdout, stderr } = await run(site, "validate --json");
    assert.deepEqual([status, stderr], [2, text]);
    assert.deepEqual(JSON.parse(stdout), {
      layout: 1,
      error: {
        message: lines.join("\n"),
        problems: [
          {
            line: 3,
            column: 10,
            key: "config.renew",
            message:
              'expected a duration such as "14d", or a share above 0% and below 100% such as "33%", got "14x"',
          },
          {
            line: 9,
            column: 9,
            key: "certs[0].deploy[0].mod",
            message: 'unknown key; did you mean "mode"?',
          },
        ],
      },
    });
  },
);

siteTest("a file with one error: one line", () => makeSite("certs: []\nx: 1\n"), async (site) => {
  const { status, stderr } = await run(site, "validate");
  assert.equal(status, 2);
  assert.match(stderr, /^error: FOLDER\/vcm\.yaml:2:1 x: unknown key; .*\n$/);
});

siteTest("a file that is not there: said with its name", makeSite, async (site) => {
  const { status, stdout, stderr } = await run(site, `run --config ${site.path("no.yaml")}`);
  assert.deepEqual([status, stdout], [2, ""]);
  assert.equal(
    stderr,
    "error: FOLDER/no.yaml: does not exist; pass --config FILE or set $VCM_CONFIG\n",
  );
});

siteTest("validate sums the file up", makeSiteInOrder, async (site) => {
  assert.deepEqual(await run(site, "validate"), {
    status: 0,
    stdout: "FOLDER/vcm.yaml: no errors; 1 certificate, 1 target, 0 services\n",
    stderr: "",
  });
  assert.deepEqual(await run(site, "validate --quiet"), { status: 0, stdout: "", stderr: "" });
  const { stdout } = await run(site, "validate --json");
  assert.deepEqual(outputMistakes("validate", stdout), []);
  assert.deepEqual(JSON.parse(stdout), {
    layout: 1,
    file: "FOLDER/vcm.yaml",
    certificates: 1,
    targets: 1,
    services: 0,
  });
  const file = Deno.readTextFileSync(site.path("vcm.yaml"));
  await site.configure(`${file}\ntrust:\n  - {name: crls, crl: pki}\n`);
  assert.match(
    (await run(site, "validate")).stdout,
    /: no errors; 1 certificate and 1 trust entry, 1 target, 0 services\n$/,
  );
});

siteTest(
  "if all is in order nothing is done, and each command says so",
  makeSiteInOrder,
  async (site) => {
    const nothing = "Nothing to do: 1 certificate in order\n";
    const commands = ["run", "plan", "run --dry-run", "issue", "deploy", "restart"] as const;
    for (const command of commands) {
      assert.deepEqual(
        await run(site, command),
        { status: 0, stdout: nothing, stderr: "" },
        command,
      );
      assert.deepEqual(await run(site, `${command} --quiet`), {
        status: 0,
        stdout: "",
        stderr: "",
      });
      const { stdout } = await run(site, `${command} --json`);
      const name = command === "run --dry-run" ? "plan" : command;
      assert.deepEqual(outputMistakes(name, stdout), [], command);
      assert.deepEqual(JSON.parse(stdout).steps, []);
    }
    for (const command of ["check", "status"] as const) {
      const { stdout } = await run(site, `${command} --json`);
      assert.deepEqual(outputMistakes(command, stdout), [], command);
    }
    assert.deepEqual(await run(site, "check"), {
      status: 0,
      stdout: "OK: 1 certificate in order, next renewal 2027-01-16 00:00 UTC\n",
      stderr: "",
    });
    assert.equal((await run(site, "check --quiet")).stdout, "");
    assert.match((await run(site, "check --all")).stdout, /\nweb\.example\.com: in order until /);
  },
);

siteTest(
  "check tells due, broken and unknown apart by its status",
  makeSiteInOrder,
  async (site) => {
    const cases: [string, number, RegExp][] = [
      ["2026-12-01", 0, /^OK: /],
      ["2027-01-20", 1, /^DUE: [^]*web\.example\.com: it expires in 10d /],
      ["2027-02-01", 2, /^BROKEN: [^]*web\.example\.com: it expired 2d ago /],
      [
        "2026-10-01",
        3,
        /^UNKNOWN: [^]*web\.example\.com: it is valid only from .* clock, which says /,
      ],
    ];
    for (const [day, expected, text] of cases) {
      const { status, stdout } = await run(site, "check", onDay(day, site));
      assert.equal(status, expected, day);
      assert.match(stdout, text);
      const quiet = await run(site, "check --quiet", onDay(day, site));
      assert.deepEqual(quiet, { status, stdout: expected === 0 ? "" : stdout, stderr: "" });
      const data = JSON.parse((await run(site, "check --json", onDay(day, site))).stdout);
      assert.equal(data.standing, ["fine", "due", "broken", "unknown"][expected]);
    }
  },
);

siteTest(
  "a target that was edited is reported by check and restored by deploy",
  makeSiteInOrder,
  async (site) => {
    await Deno.writeTextFile(site.path("web.crt"), CUT_PEM);
    const { status, stdout } = await run(site, "check");
    assert.equal(status, 1);
    assert.match(stdout, /web\.example\.com: FOLDER\/web\.crt: content differs from the store\n$/);
    assert.deepEqual(await run(site, "deploy"), {
      status: 0,
      stdout: "Done: 0 issued, 1 file deployed, 0 service actions; 0 failed, 0 skipped\n",
      stderr: "web.example.com: deployed FOLDER/web.crt (content differs from the store)\n",
    });
    assert.equal((await run(site, "check")).status, 0);
  },
);

siteTest("an unknown name is a usage error of its command", makeSiteInOrder, async (site) => {
  const message = 'No certificate "web.exmple.com" in "FOLDER/vcm.yaml"; ' +
    'did you mean "web.example.com"?';
  for (const [command, expected] of [["plan", 2], ["issue", 2], ["check", 3]] as const) {
    const { status, stdout, stderr } = await run(site, `${command} web.exmple.com --json`);
    assert.equal(status, expected);
    assert.deepEqual(JSON.parse(stdout), { layout: 1, error: { message } });
    assert.equal(stderr, `error: ${message}\nSee "vcm ${command} --help"\n`);
  }
});

siteTest(
  "without a server the certificate that is due fails, and the log file has it",
  makeSiteInOrder,
  async (site) => {
    const text = await Deno.readTextFile(site.config);
    await site.configure(text.replace("renew: 14d", "renew: 80d\n  log_file: FOLDER/vcm.log"));
    const host = fakeHost({ env: { VCM_CONFIG: site.config }, now: NOW });
    assert.equal(await main(["run", "--quiet"], host), 1);
    // Cron lines throw standard output away, and hear of a failure once.
    assert.equal(host.stdout(), "");
    assert.match(host.stderr(), /^failed {2}web\.example\.com: .*\n/);
    assert.equal(host.stderr().match(/web\.example\.com: No Vault address/g)?.length, 1);
    const log = host.appended.get(site.path("vcm.log")) ?? "";
    assert.match(log, /^2026-12-01T10:00:00\.000Z error web\.example\.com: issue failed: .*\n/);
    assert.doesNotMatch(host.stdout() + host.stderr() + log, /\bat .*\.ts:\d+/);
  },
);

siteTest("another run holds the lock: 75", makeSiteInOrder, async (site) => {
  using lock = await Deno.open(site.path("store/.lock"), { create: true, write: true });
  assert.ok(await lock.tryLock(true));
  const { status, stderr } = await run(site, "run");
  assert.equal(status, 75);
  assert.equal(
    stderr,
    'error: Another run of vcm holds the lock "FOLDER/store/.lock"; try again when that run has ended, ' +
      'or wait for it with "--wait 30s"\n',
  );
  assert.equal((await run(site, "check")).status, 0);
});
