/** Services by the command line: exit statuses, permissions given up, and what waits. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { CUT_PEM, NOW } from "../../support/fixtures.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeCertificatePem } from "../../support/fixtures_pki.ts";
import { makeSiteInOrder, type Site } from "../../support/fixtures_site.ts";

const NAME = "web.example.com";

/** A site in order, with more lines for its certificate; no net, and only these programs. */
function serviceTest(
  name: string,
  lines: string,
  fn: (site: Site) => Promise<void>,
  run: string[] = [],
) {
  Deno.test({
    name,
    permissions: { read: true, write: true, run, sys: ["uid"], env: ["LOG_TOKENS", "LOG_STREAM"] },
    fn: async () => {
      await using site = await makeSiteInOrder();
      await site.configure(await Deno.readTextFile(site.config) + lines);
      await fn(site);
    },
  });
}

async function vcm({ directory, config }: Site, line: string, now = NOW) {
  const host = fakeHost({ env: { VCM_CONFIG: config }, now });
  const status = await main(line.split(" "), host);
  const text = (text: string) => text.replaceAll(directory, "FOLDER");
  return {
    status,
    stdout: text(host.stdout()),
    stderr: text(host.stderr()),
    givenUp: host.givenUp.join(),
  };
}

/** Exit statuses of command lines, one after the other. */
async function statuses(site: Site, lines: readonly string[]): Promise<(string | number)[][]> {
  const seen: (string | number)[][] = [];
  for (const line of lines) seen.push([line, (await vcm(site, line)).status]);
  return seen;
}

function edit(site: Site): Promise<void> {
  return Deno.writeTextFile(site.path("web.crt"), CUT_PEM);
}

const TRUE = ["/usr/bin/true", "/bin/true"];
const FALSE = ["/usr/bin/false", "/bin/false"];
const GOOD = '    service: [{name: app, command: ["/bin/true"]}]\n';
const WINDOW = 'window: "Sat 02:00-04:00"';
const WAITS = `    service: [{name: app, command: ["/bin/true"], ${WINDOW}}]\n`;

serviceTest("check commands give up net permission if nothing is probed", GOOD, async (site) => {
  for (const line of ["check", "plan", "run --dry-run"]) {
    assert.equal((await vcm(site, line)).givenUp, "write,net", line);
  }
  assert.equal((await vcm(site, "run")).givenUp, "");
});

const PROBED = GOOD.replace('"]', '"], probe: "127.0.0.1:443"');

serviceTest("check commands keep net permission if something is probed", PROBED, async (site) => {
  for (const line of ["check", "plan", "run --dry-run"]) {
    assert.equal((await vcm(site, line)).givenUp, "write", line);
  }
  // One that no name on the command line names, too.
  assert.equal((await vcm(site, `check ${NAME}`)).givenUp, "write");
});

serviceTest(
  "--detailed-exitcode tells a change from none, and without it both are 0",
  GOOD,
  async (site) => {
    const inOrder = ["plan", "plan --detailed-exitcode", "run", "run --detailed-exitcode"];
    assert.deepEqual(await statuses(site, inOrder), inOrder.map((line) => [line, 0]));
    await edit(site);
    assert.deepEqual(
      await statuses(site, [
        "plan",
        "run --dry-run",
        "plan --detailed-exitcode",
        "plan --detailed-exitcode --quiet",
        "plan --detailed-exitcode --json",
        "run --dry-run --detailed-exitcode",
        "run --detailed-exitcode",
        "run --detailed-exitcode",
        "plan --detailed-exitcode",
      ]),
      [
        ["plan", 0],
        ["run --dry-run", 0],
        ["plan --detailed-exitcode", 10],
        ["plan --detailed-exitcode --quiet", 10],
        ["plan --detailed-exitcode --json", 10],
        ["run --dry-run --detailed-exitcode", 10],
        ["run --detailed-exitcode", 10],
        ["run --detailed-exitcode", 0],
        ["plan --detailed-exitcode", 0],
      ],
    );
    await edit(site);
    assert.deepEqual(await statuses(site, ["run", "run"]), [["run", 0], ["run", 0]]);
  },
  TRUE,
);

serviceTest(
  "--detailed-exitcode is 1 if something failed, whatever was changed",
  GOOD.replace("true", "false"),
  async (site) => {
    await edit(site);
    assert.deepEqual(
      await statuses(site, ["run --detailed-exitcode", "run --detailed-exitcode", "run", "check"]),
      [["run --detailed-exitcode", 1], ["run --detailed-exitcode", 1], ["run", 1], ["check", 1]],
    );
  },
  FALSE,
);

serviceTest("--detailed-exitcode is 1 if something is blocked", GOOD, async (site) => {
  await Deno.remove(site.path("web.crt"));
  await Deno.mkdir(site.path("web.crt"));
  assert.deepEqual(
    await statuses(site, ["plan", "plan --detailed-exitcode", "run --detailed-exitcode"]),
    [["plan", 0], ["plan --detailed-exitcode", 1], ["run --detailed-exitcode", 1]],
  );
});

serviceTest("--detailed-exitcode belongs to plan and run", GOOD, async (site) => {
  for (const command of ["check", "issue", "deploy", "restart", "validate", "doctor", "revoke x"]) {
    const { status, stderr } = await vcm(site, `${command} --detailed-exitcode`);
    assert.equal(status, command === "check" ? 3 : 2, command);
    assert.match(stderr, /^error: Unknown option "--detailed-exitcode" of "vcm [a-z]+"; /);
  }
});

serviceTest(
  "if validation fails, the old file is restored, and run and check say so",
  GOOD.replace("}]", ', validate: ["/bin/false", "-t"]}]'),
  async (site) => {
    await edit(site);
    const why = '"/bin/false -t" failed (1): no output; its action was not run; the ' +
      `files of ${NAME} were rolled back`;
    const run = await vcm(site, "run");
    assert.equal(run.status, 1);
    assert.equal(
      run.stdout,
      `failed  command:app: ${why}\n` +
        "Done: 0 issued, 0 files deployed, 0 service actions; 1 failed, 0 skipped\n",
    );
    assert.equal(await Deno.readTextFile(site.path("web.crt")), CUT_PEM);
    const check = await vcm(site, "check");
    assert.equal(check.status, 1);
    assert.match(check.stdout, /^DUE: 1 of 1 certificate not in order/);
    assert.ok(check.stdout.includes(`; last attempt: ${why}\n`), check.stdout);
  },
  FALSE,
);

serviceTest("check says what waits for a window, and counts it as fine", WAITS, async (site) => {
  await edit(site);
  // The file is put in order at once; the service may not be disturbed.
  assert.equal((await vcm(site, "run")).status, 0);
  // It was written now, which is long before the day of this test.
  await Deno.utime(site.path("store/.pending/command:app"), NOW, NOW);
  const { status, stdout } = await vcm(site, "check");
  assert.equal(status, 0);
  const [headline, line, ...rest] = stdout.split("\n");
  assert.equal(
    headline,
    "OK: 1 certificate in order, 1 waiting for a window, next renewal 2027-01-16 00:00 UTC",
  );
  assert.match(
    line ?? "",
    /^command:app: waits: its window \(Sat 02:00-04:00\) opens 2026-12-0[45] .* UTC: it has not loaded /,
  );
  assert.deepEqual(rest, [""]);
  assert.equal(JSON.parse((await vcm(site, "check --json")).stdout).standing, "fine");
  assert.deepEqual(
    await statuses(site, ["plan --detailed-exitcode", "run --detailed-exitcode"]),
    [["plan --detailed-exitcode", 0], ["run --detailed-exitcode", 0]],
  );
});

serviceTest(
  "a renewal that waits for a window is fine, too",
  `    ${WINDOW}\n    renew: 12d\n`,
  async (site) => {
    const day = new Date("2027-01-19T12:00:00Z");
    const { status, stdout } = await vcm(site, "check", day);
    assert.equal(status, 0);
    assert.match(stdout, /^OK: 1 certificate in order, 1 waiting for a window\n/);
    assert.match(stdout, new RegExp(`\n${NAME}: waits: its window .* opens 2027-01-2[23] `));
    assert.match(
      (await vcm(site, "run", day)).stdout,
      /^Nothing to do now: .* waiting for a window\n$/,
    );
  },
);

serviceTest(
  "a service does not wait while what it has loaded expires",
  WAITS,
  async (site) => {
    // The store has its successor already, as after "vcm issue".
    const old = await makeCertificatePem(NAME, { notAfter: new Date("2026-12-03T00:00:00Z") });
    await Deno.writeTextFile(site.path("web.crt"), old.pem);
    const { status, stdout } = await vcm(site, "run");
    assert.equal(status, 0);
    assert.match(stdout, /^Done: 0 issued, 1 file deployed, 1 service action; /);
  },
  TRUE,
);
