/** Commands that find the store locked by another process. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import type { Host } from "../../../lib/command/host.ts";
import { NOW } from "../../support/fixtures.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeSiteInOrder, type Site } from "../../support/fixtures_site.ts";
import { holderTest, holdLock, type LockChild } from "../store/lock_child.ts";
import { benchTest, DONE_A } from "../tools/revoke/bench.ts";

/** Runs a command line with the site's file; what differs from run to run is in capitals. */
async function run(site: Site, child: LockChild, line: string, doors: Partial<Host> = {}) {
  const host = fakeHost({ env: { VCM_CONFIG: site.config }, now: NOW, doors });
  const status = await main(line.split(" "), host);
  return { status, out: host.stdout(), err: plain(host.stderr(), site.directory, child) };
}

function plain(text: string, directory: string, { pid, command }: LockChild): string {
  return text
    .replace(`process ${pid}, "${command}"`, "CHILD")
    .replace(/since [-\d]{10} [\d:]{5} UTC/, "since THEN")
    .replaceAll(directory, "FOLDER");
}

const HELD = 'Another run of vcm holds the lock "FOLDER/store/.lock": CHILD, since THEN';

holderTest("a run that finds the lock held ends with 75, and says who holds it", async () => {
  await using site = await makeSiteInOrder();
  await using child = await holdLock(site.path("store"));
  for (const line of ["run", "run --quiet", "issue", "deploy", "restart"]) {
    assert.deepEqual(await run(site, child, line), {
      status: 75,
      out: "",
      err: `error: ${HELD}; try again when that run has ended, or wait for it with "--wait 30s"\n`,
    }, line);
  }
  assert.equal((await run(site, child, "check")).status, 0, "to look needs no lock");
});

holderTest("with --wait a run goes on when the other one has ended", async () => {
  await using site = await makeSiteInOrder();
  await using child = await holdLock(site.path("store"));
  const said: string[] = [];
  const { status, out } = await run(site, child, "run --wait 1m", {
    err: (text) => {
      said.push(plain(text, site.directory, child));
      child.release();
    },
  });
  assert.deepEqual([status, out], [0, "Nothing to do: 1 certificate in order\n"]);
  assert.deepEqual(said, [
    'Waiting up to 1m for the lock "FOLDER/store/.lock", held by CHILD, since THEN\n',
  ]);
});

holderTest("a run that waited in vain ends with 75; with --quiet that is all it says", async () => {
  await using site = await makeSiteInOrder();
  await using child = await holdLock(site.path("store"));
  assert.deepEqual(await run(site, child, "run --quiet --wait 1s"), {
    status: 75,
    out: "",
    err: `error: ${HELD}; VCM waited 1s for it\n`,
  });
});

benchTest("vcm revoke --wait revokes when the other run has ended", async ({ vcm, directory }) => {
  await using child = await holdLock(directory.at("store"));
  const said: string[] = [];
  const { status, out } = await vcm("revoke --yes --wait 1m a.test", {
    err: (text) => {
      said.push(text);
      child.release();
    },
  });
  assert.deepEqual([status, out], [0, `${DONE_A}\n`]);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /^Waiting up to 1m for the lock ".*\/store\/\.lock"/);
});
