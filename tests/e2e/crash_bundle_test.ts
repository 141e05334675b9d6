/** A run that deploys a bundle, and is disturbed at any of its file-changing system calls. */
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { distinct, type FileChange } from "../support/strace.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { assertInOrder, type BundleSite, linkedSet, makeBundleSite, NAME } from "./bundle_site.ts";

// Root, as for a machine, so that files can be given to others.
const test = await testsNeeding("openbao", "strace", "machine");

for (const renews of [false, true]) {
  const which = renews ? "a run that renews a bundle" : "a first run with a bundle";
  test(`${which} may be killed at any change, and the next run heals it`, async () => {
    const said = await tryEach(renews, async (site, change) => {
      const killed = await site.disturb(change, "kill");
      if (change.call.startsWith("symlink")) {
        // That is ln, and the run lives on.
        assert.deepEqual([killed.code, killed.signal], [1, null]);
        assert.match(killed.stdout, /cannot create the link/);
      } else {
        assert.ok(killed.met, `it was not killed: ${killed.stdout}${killed.stderr}`);
      }
    });
    console.log(`Killed ${which} at ${said}`);
  });
}

test("a run that renews a bundle may meet a full disk at any change, and says so", async () => {
  const said = await tryEach(true, async (site, change) => {
    const { met, code, stdout, stderr } = await site.disturb(change, "ENOSPC");
    assert.ok(met);
    // A directory that is there need not be made, and what is not cleared away, the next run clears away.
    if (code !== 0) assert.match(stdout + stderr, /no space left on device/i);
    else assert.match(change.call, /unlink|rmdir|fsync|mkdir/);
  });
  console.log(`The disk was full at ${said}`);
});

/** Disturbs a run at each change, and asserts that all is whole then, and in order after the next. */
async function tryEach(
  renews: boolean,
  disturb: (site: BundleSite, change: FileChange) => Promise<void>,
): Promise<string> {
  await using bao = await startOpenBao();
  await setUpPki(bao);
  await using site = await makeBundleSite(bao);
  if (renews) {
    assert.equal((await site.vcm("run", "--quiet")).code, 0);
    assert.equal((await site.vcm("issue", "--force", "--quiet")).code, 0);
  }
  await site.save();
  const before = await linkedSet(site);
  const { code, stdout, stderr, changes } = await site.record();
  assert.equal(code, 0, stdout + stderr);
  // What is done to the store is tried by other tests.
  const trials = distinct(changes).filter(({ path }) => /^(ssl|store\/\.pending)/.test(path));
  const failures: string[] = [];
  for (const change of trials) {
    try {
      await site.reset();
      await disturb(site, change);
      const set = await linkedSet(site);
      const stored = await Deno.readTextFile(`${site.directory}/store/${NAME}/cert.pem`);
      assert.ok(set?.cert === before?.cert || set?.cert === stored, "neither old nor new");
      const next = await site.vcm("run");
      assert.equal(next.code, 0, next.stdout + next.stderr);
      await assertInOrder(site);
    } catch (error) {
      failures.push(`${JSON.stringify(change)}: ${(error as Error).message}`);
    }
  }
  assert.deepEqual(failures, []);
  assert.ok(trials.some(({ path }) => path === "ssl/.web.vcm-new"));
  return `${trials.length} of ${changes.length} changes`;
}
