/** If pending actions cannot be read, certificates with services are blocked, and no others. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { CUT_PEM } from "../../support/fixtures.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeSiteInOrder, type Site } from "../../support/fixtures_site.ts";

const NAME = "web.example.com";

/** A site in order, with a file in place of the pending actions' directory; no program may run. */
function pendingActionTest(
  name: string,
  more: string,
  fn: (site: Site, problem: string) => Promise<void>,
) {
  Deno.test({
    name,
    permissions: { read: true, write: true, sys: ["uid"], env: ["LOG_TOKENS", "LOG_STREAM"] },
    fn: async () => {
      await using site = await makeSiteInOrder();
      await site.configure(await Deno.readTextFile(site.config) + more);
      await Deno.writeTextFile(site.path("store/.pending"), "a file");
      await fn(site, `Cannot read "${site.path("store/.pending")}": not a directory`);
    },
  });
}

async function run({ config }: Site, line: string) {
  const host = fakeHost({ env: { VCM_CONFIG: config } });
  const status = await main(line.split(" "), host);
  return { status, stdout: host.stdout(), stderr: host.stderr() };
}

const SERVICE = "    service: [{name: vcm-test, control: restart}]\n";

pendingActionTest(
  "plan calls the certificate blocked, and ends with 0",
  SERVICE,
  async (site, problem) => {
    assert.deepEqual(await run(site, "plan"), {
      status: 0,
      stdout: `${NAME}\n  blocked  ${problem}\n\nNothing can be done; 1 certificate blocked\n`,
      stderr: "",
    });
  },
);

pendingActionTest("check cannot tell, which is 3", SERVICE, async (site, problem) => {
  assert.deepEqual(await run(site, "check"), {
    status: 3,
    stdout: "UNKNOWN: 1 of 1 certificate not in order, next renewal 2027-01-16 00:00 UTC\n" +
      `${NAME}: ${problem}\n`,
    stderr: "",
  });
});

pendingActionTest(
  "run fails for the certificate, and touches no file",
  SERVICE,
  async (site, problem) => {
    await Deno.writeTextFile(site.path("web.crt"), CUT_PEM);
    const { status, stdout } = await run(site, "run");
    assert.equal(status, 1);
    assert.ok(stdout.startsWith(`failed  ${NAME}: ${problem}\n`), stdout);
    assert.equal(await Deno.readTextFile(site.path("web.crt")), CUT_PEM);
  },
);

pendingActionTest("a certificate without services needs no pending actions", "", async (site) => {
  assert.equal((await run(site, "check")).status, 0);
  assert.equal((await run(site, "run")).stdout, "Nothing to do: 1 certificate in order\n");
});
