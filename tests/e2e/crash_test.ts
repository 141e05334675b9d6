/** A run that is killed at any of its file-changing system calls. */
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { assertInOrder, assertNothingHalf, lookAt } from "./crash_checks.ts";
import { tryEach } from "./crash_points.ts";
import { NAMES, type Start } from "./crash_site.ts";

// Root, as for a machine, so that files can be given to others.
const test = await testsNeeding("openbao", "strace", "machine");

interface Run {
  readonly start: Start;
  /** Paths of the changes that are tried; absent: all. */
  readonly only?: RegExp;
}

const RUNS: Readonly<Record<string, Run>> = {
  "a first run": { start: { renews: false, service: "loads" } },
  "a run that renews what is judged": { start: { renews: true, service: "judges" } },
  // Before it deploys it does what the one above does.
  "a run that renews": {
    start: { renews: true, service: "loads" },
    only: /^(ssl|store\/\.pending)/,
  },
  "a run that renews for readers of the store": {
    start: { renews: true, service: "reads the store" },
  },
  "a run that renews a store in a lower layer of an overlay": {
    start: { renews: true, service: "reads the store", overlay: true },
    only: /^store/,
  },
};

for (const [which, { start, only }] of Object.entries(RUNS)) {
  test(`${which} may be killed at any change, and the next run heals it`, async () => {
    await using bao = await startOpenBao();
    await setUpPki(bao);
    // How often that many certificates were issued in vain, and files of two sets lay together.
    const wasted = [0, 0, 0];
    let mixtures = 0;
    const { changes, trials, seconds } = await tryEach(
      bao,
      start,
      (changes) => changes.filter(({ path }) => only?.test(path) ?? true),
      async (site, change) => {
        const before = await lookAt(site);
        const killed = await site.disturb(change, "kill");
        assert.ok(killed.met, `it was not killed: ${killed.stdout}${killed.stderr}`);
        const { stored, mixed } = await assertNothingHalf(site, before);
        mixtures += Math.sign(mixed.length);

        const next = await site.vcm("run");
        assert.equal(next.code, 0, next.stdout + next.stderr);
        await assertInOrder(site);
        // The killed run asked at most once for each; the next one for those that are not stored.
        const inVain = site.asked() - NAMES.length;
        assert.ok(inVain >= 0 && inVain <= NAMES.length - stored.length, `${inVain} in vain`);
        wasted[inVain] = (wasted[inVain] ?? 0) + 1;
      },
    );
    console.log(
      `Killed ${which} at ${trials} of ${changes} changes (${seconds} s); issued in vain: ` +
        `none ${wasted[0]} times, one ${wasted[1]} times, both in flight ${wasted[2]} times; ` +
        `deployed files of two sets lay together ${mixtures} times`,
    );
  });
}
