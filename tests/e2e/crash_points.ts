/** Disturbs a run at each of its system calls on files, one after the other. */
import type { OpenBao } from "../support/openbao.ts";
import { distinct, type FileChange } from "../support/strace.ts";
import { assert } from "./assert.ts";
import { makeSite, type Site, type Start } from "./crash_site.ts";

/** Sites that are worked on at one time: what runs in them waits for a part of its time. */
const LANES = 3;

/** What is tried, and on what. */
export interface Sweep<T> {
  /** Brings a host that was made to the start. */
  readonly prepare?: (site: Site) => Promise<void>;
  /** How many hosts; one where they would differ. */
  readonly lanes?: number;
  /** Calls of an undisturbed run; absent: its changes. */
  readonly record?: (site: Site) => Promise<readonly FileChange[]>;
  readonly makeTrials: (calls: readonly FileChange[]) => readonly T[];
}

/**
 * Records what an undisturbed run changes, makes trials of that, and tries each on a host that has
 * been brought back to its start. All are tried; then those that failed are told.
 *
 * @returns How many changes and trials there were, and how many seconds it took.
 */
export async function tryEach<T>(
  bao: OpenBao,
  start: Start,
  { prepare, lanes = LANES, record = recordChanges, makeTrials }: Sweep<T>,
  tryOne: (site: Site, trial: T) => Promise<void>,
): Promise<{ readonly changes: number; readonly trials: number; readonly seconds: number }> {
  const begun = performance.now();
  await using stack = new AsyncDisposableStack();
  const sites: Site[] = [];
  for (let lane = 0; lane < lanes; lane++) sites.push(stack.use(await makeSite(bao, start)));
  await Promise.all(sites.map(async (site) => {
    await prepare?.(site);
    if (prepare !== undefined) await site.save();
  }));
  const changes = await recordOnEach(sites, record);
  const trials = makeTrials(changes);
  const failures: string[] = [];
  const waiting = trials.values();
  await Promise.all(sites.map(async (site) => {
    for (const trial of waiting) {
      await site.reset();
      try {
        await tryOne(site, trial);
      } catch (error) {
        const failure = `${JSON.stringify(trial)}: ${(error as Error).message}`;
        // At once, because the others take minutes.
        console.error(failure);
        failures.push(failure);
      }
    }
  }));
  if (failures.length > 0) {
    assert.fail(`${failures.length} of ${trials.length} failed:\n${failures.join("\n")}`);
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  return { changes: changes.length, trials: trials.length, seconds };
}

async function recordChanges(site: Site): Promise<readonly FileChange[]> {
  const { code, stdout, stderr, changes } = await site.record();
  assert.equal(code, 0, stdout + stderr);
  return changes;
}

/**
 * All make the same calls, if in another order, so that each is found again in the next run. How often
 * the runtime resolves a path can differ.
 */
async function recordOnEach(
  sites: readonly Site[],
  record: (site: Site) => Promise<readonly FileChange[]>,
): Promise<readonly FileChange[]> {
  const records = await Promise.all(sites.map(async (site) => {
    await site.reset();
    return distinct(await record(site));
  }));
  const [first = [], ...others] = records;
  const sorted = (calls: readonly FileChange[]) =>
    calls.filter(({ call, nth }) => call !== "readlink" || nth === 1)
      .map((one) => JSON.stringify(one)).sort();
  for (const other of others) assert.deepEqual(sorted(other), sorted(first));
  return first;
}
