/** Kills a run at each of its changes, and tells what that wasted. */
import { type OpenBao, startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import type { RegisterTest } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { assertInOrder, assertNothingHalf, lookAt, wasted } from "./crash_checks.ts";
import { tryEach } from "./crash_points.ts";
import { NAMES, type Site, type Start } from "./crash_site.ts";

export interface KilledRun {
  readonly start: Omit<Start, "login">;
  /** Paths of the changes that are tried; absent: all. */
  readonly only?: RegExp;
  /** Also with targets that are written in place, a file of metrics and a login. */
  readonly full?: true;
}

export function testKills(test: RegisterTest, runs: Readonly<Record<string, KilledRun>>): void {
  for (const [which, run] of Object.entries(runs)) {
    test(`${which} may be killed at any change, and the next run heals it`, () =>
      killAtEach(which, run));
  }
}

async function killAtEach(which: string, { start, only, full }: KilledRun): Promise<void> {
  await using bao = await startOpenBao();
  const login = await setUpPki(bao);
  // How often that many certificates were issued in vain, and files of two sets lay together.
  const inVain = [0, 0, 0];
  const counts = { issued: 0, mixtures: 0, tokens: 0 };
  const { changes, trials, seconds } = await tryEach(
    bao,
    { ...start, ...(full && { login }) },
    { makeTrials: (changes) => changes.filter(({ path }) => only?.test(path) ?? true) },
    async (site, change) => {
      const before = await lookAt(site);
      const killed = await site.disturb(change, "kill");
      assert.ok(killed.met, `it was not killed: ${killed.stdout}${killed.stderr}`);
      const { stored, mixed } = await assertNothingHalf(site, before);
      counts.mixtures += Math.sign(mixed.length);
      const lost = await wasted(site);
      // A kill between the answer and its staging: there is room for it, and no set yet.
      assert.ok(lost.length === 0 || lost.length <= roomsIn(site), `wasted ${lost}`);
      const { begun, ended } = site.logins();
      counts.tokens += begun - ended;

      const next = await site.vcm("run");
      assert.equal(next.code, 0, next.stdout + next.stderr);
      await assertInOrder(site);
      // The killed run asked at most once for each; the next one for those that are not stored.
      const again = site.asked() - NAMES.length;
      assert.ok(again >= 0 && again <= NAMES.length - stored.length, `${again} in vain`);
      assert.equal(site.issued().length, NAMES.length + lost.length, "asked again for nothing");
      const logins = site.logins();
      assert.ok(logins.begun <= 2 && logins.begun - logins.ended === begun - ended);
      counts.issued += site.issued().length;
      inVain[lost.length] = (inVain[lost.length] ?? 0) + 1;
    },
  );
  if (full) await assertTokensEnd(bao, counts.tokens);
  console.log(
    `Killed ${which} at ${trials} of ${changes} changes (${seconds} s); of ${counts.issued} ` +
      `certificates issued in vain: none ${inVain[0]} times, one ${inVain[1]} times, both in ` +
      `flight ${inVain[2]} times; deployed files of two sets lay together ${counts.mixtures} ` +
      `times; ${counts.tokens} tokens were left to end by themselves`,
  );
}

function roomsIn({ directory }: Site): number {
  const store = `${directory}/store`;
  return [...Deno.readDirSync(store)].filter(({ name }) => name.startsWith(".room-")).length;
}

/** Asserts that no more logins than those of killed runs left a token, and that these end. */
async function assertTokensEnd({ api }: OpenBao, left: number): Promise<void> {
  const { body } = await api("GET", "auth/token/accessors?list=true");
  const lifetimes = await Promise.all((body.data?.["keys"] as string[]).map(async (accessor) => {
    const found = await api("POST", "auth/token/lookup-accessor", { accessor });
    return [found.body.data?.["path"], Number(found.body.data?.["ttl"])] as const;
  }));
  const ofLogins = lifetimes.filter(([path]) => path === "auth/approle/login");
  assert.equal(ofLogins.length, left, "tokens of runs that ended by themselves are left");
  for (const [, ttl] of ofLogins) assert.ok(ttl > 0 && ttl <= 3600, `a token lasts ${ttl} s`);
}
