/** `vcm prune`, killed or failing at any of its file-changing system calls. */
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { assertArchiveWhole, makeRevokeSite, type RevokeSite, storedKeys } from "./revoke_site.ts";

const test = await testsNeeding("openbao", "strace");

const [KEPT, OLD] = ["a.crash.test", "b.crash.test"];
const LINE = ["prune", "--yes", OLD];

/** A host whose file no longer names one of two certificates; a switch of it was interrupted. */
async function makeOrphaned(...args: Parameters<typeof makeRevokeSite>): Promise<RevokeSite> {
  const site = await makeRevokeSite(...args);
  await site.configure([KEPT]);
  const store = `${site.directory}/store`;
  // The archive's names come from this time, so that all sites have the same.
  const written = new Date("2026-11-02T03:04:05Z");
  await Deno.utime(`${store}/${OLD}/cert.pem`, written, written);
  await Deno.rename(`${store}/${OLD}`, `${store}/.old-${OLD}`);
  return site;
}

async function deployed({ directory }: RevokeSite): Promise<string> {
  const files = [...Deno.readDirSync(`${directory}/ssl`)].map(({ name }) => name).sort();
  const texts = files.map(async (name) => {
    const path = `${directory}/ssl/${name}`;
    const { ino, mode, mtime } = await Deno.lstat(path);
    return [name, ino, mode, mtime?.getTime(), await Deno.readTextFile(path)].join(" ");
  });
  return (await Promise.all(texts)).join("\n");
}

for (const how of ["killed", "failing"] as const) {
  test(`vcm prune ${how} at any change loses no key, and says what is`, async () => {
    await using bao = await startOpenBao();
    await setUpPki(bao);
    const changes = await (async () => {
      await using site = await makeOrphaned(bao, [KEPT, OLD]);
      // The store is there already, so it does not matter if it cannot be made.
      return (await site.record(...LINE)).filter(({ call, path }) =>
        call !== "mkdir" || path !== "store"
      );
    })();
    const states = { stored: 0, archived: 0 };
    for (const change of changes) {
      await using site = await makeOrphaned(bao, [KEPT, OLD]);
      const where = JSON.stringify(change);
      const [keys, files] = [storedKeys(site).toSorted(), await deployed(site)];
      const fault = how === "killed" ? "kill" : "EROFS";
      const { met, code, stdout, stderr } = await site.disturb(change, fault, ...LINE);
      assert.ok(met, `${where}: ${stdout}${stderr}`);
      assert.deepEqual(storedKeys(site).toSorted(), keys, where);
      assert.equal(await deployed(site), files, where);
      await assertArchiveWhole(site);
      const isStored = (await site.vcm("status")).stdout
        .includes(`1 set in the store is not in this configuration: ${OLD} `);
      states[isStored ? "stored" : "archived"]++;
      if (how === "failing") {
        assert.equal(code, 1, `${where}: ${stdout}${stderr}`);
        assert.match(stderr, isStored ? /read-only/ : /archived in .*; VCM cannot .*read-only/);
        assert.doesNotMatch(stdout + stderr, /\bat file:|EROFS|os error/, where);
      }
      const again = await site.vcm(...LINE);
      assert.equal(again.code, isStored ? 0 : 2, `${where}: ${again.stdout}${again.stderr}`);
      assert.deepEqual(storedKeys(site).toSorted(), keys, where);
      const run = await site.vcm("run");
      assert.equal(run.stdout, "Nothing to do: 1 certificate in order\n", where);
    }
    assert.ok(states.stored > 0 && states.archived > 0);
    console.log(
      `vcm prune ${how} at ${changes.length} points: ${states.stored} times the set was still in ` +
        `the store, ${states.archived} times in the archive`,
    );
  });
}
