/** Cuts the power of a host at random moments of a run, and starts it again. */
import type { Buffer } from "node:buffer";
import { PARTS } from "../../lib/certificate/types.ts";
import { directoryOf } from "../../lib/text/path.ts";
import type { OpenBao } from "../support/openbao.ts";
import { exists } from "../support/part.ts";
import { compiledVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";
import {
  assertInOrder,
  assertLoggedOut,
  assertNothingHalf,
  lookAt,
  wasted,
} from "./crash_checks.ts";
import { makeSite, NAMES, type Site, type Start } from "./crash_site.ts";

function spawnRun({ directory }: Site, program: string): Deno.ChildProcess {
  return new Deno.Command(program, {
    args: ["run", "--config", `${directory}/vcm.yaml`],
    clearEnv: true,
    cwd: "/",
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What is on the disk at random moments of a run, each time differently, in their order. */
async function captureDuringRun(site: Site): Promise<readonly Buffer[]> {
  const { disk } = site;
  assert.ok(disk !== undefined);
  const run = spawnRun(site, await compiledVcm());
  const ended = run.output();
  const moments: Buffer[] = [];
  // Stopped, so that what it has just synced is not hidden by what it writes next.
  while (signal(run, "SIGSTOP")) {
    const moment = await disk.capture();
    signal(run, "SIGCONT");
    if (!moments.at(-1)?.equals(moment)) moments.push(moment);
    await pause(10);
  }
  assert.equal((await ended).code, 0);
  return moments;
}

/** Returns whether it was still running. */
function signal(run: Deno.ChildProcess, name: "SIGSTOP" | "SIGCONT"): boolean {
  try {
    run.kill(name);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** For a random time of at most so many milliseconds. */
function pause(most: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * most));
}

/** With the host its services start, and load what is there. */
async function startServices({ directory, services, desired, start }: Site): Promise<void> {
  const sets = NAMES.flatMap((name) => PARTS.map((part) => `${name}/${part}.pem`));
  const [from, files] = start.service === "reads the store"
    ? ["store", sets]
    : ["ssl", desired.map(({ file }) => file)];
  for (const place of ["loaded", "judged"]) {
    await Deno.remove(`${services}/${place}`, { recursive: true });
    await Deno.mkdir(`${services}/${place}`);
    for (const file of files) {
      if (!await exists(`${directory}/${from}/${file}`)) continue;
      await Deno.mkdir(directoryOf(`${services}/${place}/${file}`), { recursive: true });
      await Deno.copyFile(`${directory}/${from}/${file}`, `${services}/${place}/${file}`);
    }
  }
}

export interface PowerCuts {
  readonly cuts: number;
  /** How many of the cuts left the old files (or sets, without targets), some new ones, and all. */
  readonly states: { readonly old: number; readonly between: number; readonly new: number };
  readonly seconds: number;
}

/**
 * Asserts after each cut that no file is half and no key is another certificate's, and that the next
 * run brings all in order. The moments are chosen at random among those of some runs.
 */
export async function cutPower(bao: OpenBao, start: Start, cuts: number): Promise<PowerCuts> {
  const begun = performance.now();
  await using site = await makeSite(bao, start);
  const { disk } = site;
  assert.ok(disk !== undefined);
  const states = { old: 0, between: 0, new: 0 };
  let done = 0;
  while (done < cuts) {
    await site.reset();
    const before = await lookAt(site);
    const moments = await captureDuringRun(site);
    const after = await lookAt(site);
    // A run has more moments than cuts; those of some runs differ.
    const chosen = shuffled(moments).slice(0, Math.min(cuts - done, 10));
    for (const moment of chosen) {
      await disk.boot(moment);
      await startServices(site);
      const { stored } = await assertNothingHalf(site, before);
      const found = await lookAt(site);
      const asked = site.asked();
      const next = await site.vcm("run");
      assert.equal(next.code, 0, next.stdout + next.stderr);
      const again = site.asked() - asked;
      assert.ok(again <= NAMES.length - stored.length, `asked ${again} times: ${next.stdout}`);
      await assertInOrder(site);
      const what = start.service === "reads the store" ? "sets" : "targets";
      const seen = [before, after].map((look) => JSON.stringify(look[what]));
      states[(["old", "new"] as const)[seen.indexOf(JSON.stringify(found[what]))] ?? "between"]++;
    }
    done += chosen.length;
  }
  return { cuts: done, states, seconds: Math.round((performance.now() - begun) / 1000) };
}

function shuffled<T>(all: readonly T[]): readonly T[] {
  return all.map((one) => ({ one, at: Math.random() })).sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

export function describeCuts(which: string, { cuts, states, seconds }: PowerCuts): string {
  return `Cut the power at ${cuts} moments of ${which} (${seconds} s); the deployed files were the ` +
    `old ones ${states.old} times, the new ones ${states.new} times, in between ` +
    `${states.between} times`;
}

/**
 * Lets the disk fail for good at random moments of a run. Asserts that the run says so and revokes its
 * token, and that the next one, with the disk as it was then, brings all in order.
 */
export async function failDisk(bao: OpenBao, start: Start, times: number): Promise<string> {
  const begun = performance.now();
  await using site = await makeSite(bao, start);
  const { disk } = site;
  assert.ok(disk !== undefined);
  const program = await compiledVcm();
  await site.reset();
  const [from] = [performance.now(), await site.vcm("run")];
  const usual = performance.now() - from;
  const counts = { told: 0, issued: 0, wasted: 0 };
  for (let time = 0; time < times; time++) {
    await site.reset();
    const before = await lookAt(site);
    const run = spawnRun(site, program);
    await pause(usual);
    const isRunning = signal(run, "SIGSTOP");
    const moment = await disk.capture();
    await disk.fail();
    if (isRunning) signal(run, "SIGCONT");
    const { code, stdout, stderr } = await run.output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    if (code !== 0) {
      assert.match(said, /^(?:error: |failed ).*(?:i\/o error|input\/output error)/im);
      counts.told++;
    }
    assert.doesNotMatch(said, /^\s+at |file:\/\/|panicked|os error/m);
    assertLoggedOut(site);
    await disk.boot(moment);
    await startServices(site);
    await assertNothingHalf(site, before);
    counts.wasted += (await wasted(site)).length;
    const next = await site.vcm("run");
    assert.equal(next.code, 0, next.stdout + next.stderr);
    await assertInOrder(site);
    counts.issued += site.issued().length;
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  return `${counts.told} of ${times} were told (${seconds} s); of ${counts.issued} issued ` +
    `certificates ${counts.wasted} were wasted`;
}
