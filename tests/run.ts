/**
 * Runs the tests, layer by layer, and closes with one line that sums them up. Called with names of
 * layers, it runs only those.
 *
 * With CI=true a skipped test is a failure: what was not run proves nothing.
 */
import { filesBelow } from "../scripts/files_below.ts";
import { closingLine, type Counts } from "../scripts/junit.ts";
import { ROOT } from "../scripts/project.ts";
import { fetchParts } from "./fetch_parts.ts";
import { SWEEPS } from "./long/sweeps.ts";
import {
  runTests,
  secondsSince,
  type TestResult,
  type TestRun,
  UNIT_PERMISSIONS,
} from "./run_tests.ts";

/** The runs of a layer. */
interface Layer {
  readonly runs: () => Promise<readonly TestRun[]>;
  /** At the same time, each in a process of its own. */
  readonly together?: boolean;
}

const LAYERS: Readonly<Record<string, Layer>> = {
  unit: { runs: unitRuns },
  integration: { runs: () => runsBelow("tests/integration", 1) },
  // They wait more than they compute. Not threads of one process: a program that one of them writes
  // could not be started while another one starts a program.
  e2e: { runs: () => runsBelow("tests/e2e", 2), together: true },
};

/** All but the sweeps that take minutes, which `deno task test:long` runs; dealt out to some runs. */
async function runsBelow(directory: string, count: number): Promise<readonly TestRun[]> {
  const paths = (await filesBelow(directory))
    .filter((path) => path.endsWith("_test.ts") && !SWEEPS.includes(path));
  return Array.from({ length: count }, (_, at) => ({
    flags: ["-A"],
    paths: paths.filter((_, index) => index % count === at),
  }));
}

/** What changes something that all threads of the process share. */
const SHARED_STATE = /\bwithUmask|\bDeno\.(umask|chdir|env\.(set|delete))\b/;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const layers = args.length > 0 ? args : Object.keys(LAYERS);
  if (layers.some((layer) => layer !== "unit")) await fetchParts();
  let total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const times: string[] = [];
  for (const layer of layers) {
    const found = LAYERS[layer];
    if (found === undefined) throw new Error(`Cannot run the layer "${layer}": there is none`);
    console.log(`\n=== ${layer} tests ===`);
    const start = performance.now();
    for (const { counts, failed } of await resultsOf(found)) {
      total = add(total, counts);
      failures.push(...failed.map((name) => `${layer}: ${name}`));
    }
    times.push(`${layer} ${secondsSince(start)}`);
  }
  const hasSkippedInCi = Deno.env.get("CI") === "true" && total.skipped > 0;
  if (hasSkippedInCi) console.log("error: tests were skipped, which CI=true forbids");
  console.log(`Time: ${times.join(", ")}`);
  // Once more at the end: who sees only that has to see what failed.
  for (const failure of failures) console.log(`FAILED ${failure}`);
  console.log(closingLine(total));
  return total.failed > 0 || hasSkippedInCi ? 1 : 0;
}

async function resultsOf({ runs, together = false }: Layer): Promise<readonly TestResult[]> {
  const all = await runs();
  if (together) return await Promise.all(all.map(runTests));
  const results: TestResult[] = [];
  for (const run of all) results.push(await runTests(run));
  return results;
}

/**
 * Unit tests run file by file in as many threads as there are processors, but for those that change
 * the umask or the environment. Fuzz tests need no more than unit tests, and run for some seconds.
 */
async function unitRuns(): Promise<readonly TestRun[]> {
  const together: string[] = [];
  const alone: string[] = [];
  for (const path of [...await filesBelow("tests/unit"), ...await filesBelow("tests/fuzz")]) {
    if (!path.endsWith("_test.ts")) continue;
    const text = await Deno.readTextFile(`${ROOT}${path}`);
    (SHARED_STATE.test(text) ? alone : together).push(path);
  }
  return [
    { flags: [...UNIT_PERMISSIONS, "--parallel"], paths: together },
    { flags: UNIT_PERMISSIONS, paths: alone },
  ];
}

function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}
