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
import { runTests, secondsSince, type TestRun, UNIT_PERMISSIONS } from "./run_tests.ts";

/** Each layer's runs, one after the other. */
const LAYERS: Readonly<Record<string, () => Promise<readonly TestRun[]>>> = {
  unit: unitRuns,
  integration: () => runsBelow("tests/integration"),
  e2e: () => runsBelow("tests/e2e"),
};

/** All but the sweeps that take minutes: `deno task test:long` runs those. */
async function runsBelow(directory: string): Promise<readonly TestRun[]> {
  const paths = (await filesBelow(directory))
    .filter((path) => path.endsWith("_test.ts") && !SWEEPS.includes(path));
  return [{ flags: ["-A"], paths }];
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
    const runs = await LAYERS[layer]?.();
    if (runs === undefined) throw new Error(`Cannot run the layer "${layer}": there is none`);
    console.log(`\n=== ${layer} tests ===`);
    const start = performance.now();
    for (const run of runs) {
      const { counts, failed } = await runTests(run);
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
