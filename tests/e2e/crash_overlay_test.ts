/** `vcm prune` and `vcm revoke` of a set in a lower layer of an overlay, killed at any of their changes. */
import { startOpenBao } from "../support/openbao.ts";
import { mountOverlay } from "../support/overlay.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { assertArchiveWhole, makeRevokeSite, storedKeys } from "./revoke_site.ts";

const test = await testsNeeding("openbao", "strace", "machine");
const [KEPT, NAME] = ["a.crash.test", "b.crash.test"];
const LINES = { prune: ["prune", "--yes", NAME], revoke: ["revoke", "--yes", NAME] } as const;

for (const [command, line] of Object.entries(LINES)) {
  test(`vcm ${command} on an overlay may be killed at any change: no key is lost, and it can be finished`, async () => {
    await using bao = await startOpenBao();
    await setUpPki(bao);
    await using site = await makeRevokeSite(bao, [KEPT, NAME]);
    if (command === "prune") await site.configure([KEPT]);
    const keys = [...new Set(storedKeys(site))].sort();
    await using overlay = await mountOverlay(`${site.directory}/store`);
    const changes = await site.record(...line);
    let finished = 0;
    for (const change of changes) {
      await overlay.reset();
      const where = JSON.stringify(change);
      const { met, stdout, stderr } = await site.disturb(change, "kill", ...line);
      assert.ok(met, `${where}: ${stdout}${stderr}`);
      const hasAll = () => assert.deepEqual([...new Set(storedKeys(site))].sort(), keys, where);
      hasAll();
      const isOver = (await site.vcm("status")).stdout.includes(NAME) === false;
      const again = await site.vcm(...line);
      // It was done, or is done now.
      const none = command === "prune" ? 2 : 1;
      assert.ok([0, none].includes(again.code), `${where}: ${again.stdout}${again.stderr}`);
      finished += again.code === 0 ? 1 : 0;
      hasAll();
      await assertArchiveWhole(site);
      const names = [...Deno.readDirSync(`${site.directory}/store`)].map(({ name }) => name);
      assert.ok(!names.includes(NAME), `${where}: ${names}`);
      assert.deepEqual(names.filter((name) => /^\.(?:room|new|old|next)/.test(name)), [], where);
      assert.ok(isOver || again.code === 0 || command === "revoke", where);
      if (command === "prune") assert.equal((await site.vcm("run")).code, 0, where);
    }
    console.log(
      `Killed vcm ${command} on an overlay at ${changes.length} changes; the same command ` +
        `finished it ${finished} times`,
    );
  });
}
