/** A file system that has too few inodes left for a run, by each number of them. */
import { runQuietly } from "../../scripts/command.ts";
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import {
  assertInOrder,
  assertLoggedOut,
  assertNothingHalf,
  lookAt,
  wasted,
} from "./crash_checks.ts";
import { makeSite, NAMES, type Site, type Start } from "./crash_site.ts";

// Mounts need what a machine of its own needs: root.
const test = await testsNeeding("openbao", "machine");

/** Mounts a file system in memory over a host, with all that it holds, while the test runs. */
async function onSmallDisk(
  { directory }: Site,
  run: (leave: (inodes: number) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const copy = await Deno.makeTempDir({ prefix: "vcm-inodes-" });
  await runQuietly(["cp", "-aT", directory, copy]);
  await runQuietly(["mount", "-t", "tmpfs", "-o", "mode=755", "vcm-test", directory]);
  try {
    await runQuietly(["cp", "-aT", copy, directory]);
    const used = Number((await runQuietly(["df", "--output=iused", directory])).split("\n")[1]);
    await run((inodes) =>
      runQuietly(["mount", "-o", `remount,nr_inodes=${used + inodes}`, directory])
    );
  } finally {
    await runQuietly(["umount", directory]);
    await Deno.remove(copy, { recursive: true });
  }
}

/** Returns whether the run did all in spite of it. */
async function tryWith(site: Site, free: number): Promise<boolean> {
  await site.reset();
  let isEnough = false;
  await onSmallDisk(site, async (leave) => {
    const before = await lookAt(site);
    await leave(free);
    for (let runs = 1; runs <= 2; runs++) {
      const { code, stdout, stderr } = await site.vcm("run");
      const said = stdout + stderr;
      if (code !== 0) assert.match(said, /^(?:error: |failed ).*: no space left on device/m);
      else if (runs === 1) isEnough = true;
      assert.doesNotMatch(said, /^\s+at |file:\/\/|os error/m);
      await assertNothingHalf(site, before);
      assert.deepEqual(await wasted(site), [], said);
      assertLoggedOut(site, runs);
    }
    await leave(1000);
    const next = await site.vcm("run");
    assert.equal(next.code, 0, next.stdout + next.stderr);
    await assertInOrder(site);
    assert.equal(site.issued().length, NAMES.length, `${free} inodes: asked again for nothing`);
  });
  return isEnough;
}

const RUNS: Readonly<Record<string, Start>> = {
  "a first run": { renews: false, service: "loads" },
  "a run that renews": { renews: true, service: "judges" },
};

for (const [which, start] of Object.entries(RUNS)) {
  test(`${which} with too few inodes wastes nothing, and the next run heals it`, async () => {
    await using bao = await startOpenBao();
    const login = await setUpPki(bao);
    await using site = await makeSite(bao, { ...start, login });
    let free = 0;
    while (!await tryWith(site, free)) free++;
    assert.ok(free > 12, `${free} inodes were enough`);
    console.log(`Tried ${which} with 0 to ${free} free inodes; the last were enough`);
  });
}
