/** A stored private key that every user may open is closed, and nothing else is done for it. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeSiteInOrder, type Site } from "../../support/fixtures_site.ts";
import { modeOf } from "../../support/rig.ts";

const KEY = "store/web.example.com/privkey.pem";
const IN_ORDER = "1 certificate in order";

/** A site in order, whose certificate has a service, with a key of this mode; no program may run. */
function keyTest(name: string, mode: number, fn: (site: Site) => Promise<void>) {
  Deno.test({
    name,
    permissions: { read: true, write: true, sys: ["uid"], env: ["LOG_TOKENS", "LOG_STREAM"] },
    fn: async () => {
      await using site = await makeSiteInOrder();
      const service = "    service: [{name: vcm-test, control: restart}]\n";
      await site.configure(await Deno.readTextFile(site.config) + service);
      await Deno.chmod(site.path(KEY), mode);
      await fn(site);
    },
  });
}

async function run({ config }: Site, line: string) {
  const host = fakeHost({ env: { VCM_CONFIG: config } });
  const status = await main(line.split(" "), host);
  return { status, stdout: host.stdout(), stderr: host.stderr() };
}

keyTest(
  "check calls a key DUE that every user may open, and says its mode",
  0o644,
  async (site) => {
    const { status, stdout } = await run(site, "check");
    assert.equal(status, 1);
    assert.match(stdout, /^DUE: /);
    assert.deepEqual(stdout.split("\n").slice(1), [
      "web.example.com: every user can open privkey.pem in the store (mode 0644)",
      "",
    ]);
    assert.equal(modeOf(site.path(KEY)), "644");
  },
);

keyTest("plan has the closing of the key, and nothing else", 0o604, async (site) => {
  const { status, stdout } = await run(site, "plan");
  assert.equal(status, 0);
  assert.match(
    stdout,
    /^web\.example\.com\n {2}recover {2}every user can open privkey\.pem in the store \(mode 0604\)\n/,
  );
  const { steps } = JSON.parse((await run(site, "plan --json")).stdout);
  assert.deepEqual(steps.map(({ kind }: { kind: string }) => kind), ["recover"]);
});

for (const mode of [0o644, 0o604, 0o602, 0o601, 0o666]) {
  keyTest(`run sets a key of mode ${mode.toString(8)} to 0600`, mode, async (site) => {
    const before = await Deno.readTextFile(site.path(KEY));
    assert.deepEqual(await run(site, "run"), {
      status: 0,
      stdout: "Done: 0 issued, 0 files deployed, 0 service actions; 0 failed, 0 skipped\n",
      stderr: "web.example.com: set the mode of privkey.pem in the store to 0600\n",
    });
    assert.equal(modeOf(site.path(KEY)), "600");
    assert.equal(await Deno.readTextFile(site.path(KEY)), before);
    assert.equal((await run(site, "run")).stdout, `Nothing to do: ${IN_ORDER}\n`);
    assert.equal((await run(site, "check")).status, 0);
  });
}

for (const mode of [0o640, 0o400]) {
  keyTest(`a key of mode ${mode.toString(8)} is left alone`, mode, async (site) => {
    assert.match((await run(site, "check")).stdout, new RegExp(`^OK: ${IN_ORDER}, `));
    assert.equal((await run(site, "run")).stdout, `Nothing to do: ${IN_ORDER}\n`);
    assert.equal(modeOf(site.path(KEY)), mode.toString(8));
  });
}

keyTest("what a link in the key's place leads to is left alone", 0o600, async (site) => {
  await Deno.rename(site.path(KEY), site.path("elsewhere"));
  await Deno.chmod(site.path("elsewhere"), 0o644);
  await Deno.symlink(site.path("elsewhere"), site.path(KEY));
  assert.equal((await run(site, "run")).status, 0);
  assert.equal(modeOf(site.path("elsewhere")), "644");
});
