/**
 * Runs the tests, layer by layer, and closes with one line that sums them up. Called with names of
 * layers, it runs only those.
 *
 * With CI=true a skipped test is a failure: what was not run proves nothing.
 */
import { fetchDenort } from "../scripts/denort.ts";
import { closingLine, type Counts, countTests, failedTests } from "../scripts/junit.ts";
import { PARTS, ROOT } from "../scripts/project.ts";
import { findPart, PART_NAMES } from "./support/parts.ts";

// Unit tests reach no other machine; those of pure rooms give up the rest too, by pureTest(). Run is
// not a list, because Deno guards the programs of a list against writes, and refuses makeTempDir().
const UNIT_RIGHTS = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-net=127.0.0.1,localhost",
  "--allow-run",
];

/** Fuzz tests need no more than unit tests, and run for some seconds. */
const DIRECTORIES: Readonly<Record<string, readonly string[]>> = {
  unit: ["tests/unit/", "tests/fuzz/"],
};

const LAYERS: Readonly<Record<string, readonly string[]>> = {
  unit: UNIT_RIGHTS,
  integration: ["-A"],
  e2e: ["-A"],
};

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const layers = args.length > 0 ? args : Object.keys(LAYERS);
  if (layers.some((layer) => layer !== "unit")) await fetchParts();
  let total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  for (const layer of layers) {
    const { counts, failed } = await runLayer(layer);
    total = add(total, counts);
    failures.push(...failed.map((name) => `${layer}: ${name}`));
  }
  const skippedInVain = Deno.env.get("CI") === "true" && total.skipped > 0;
  if (skippedInVain) console.log("With CI=true a skipped test is a failure");
  // Once more at the end: who sees only that has to see what failed.
  for (const failure of failures) console.log(`FAILED ${failure}`);
  console.log(closingLine(total));
  return total.failed > 0 || skippedInVain ? 1 : 0;
}

/** Fetches all before the first test, so that no test waits for a download or is blamed for it. */
async function fetchParts(): Promise<void> {
  console.log(`Looking for what the tests need in ${PARTS}`);
  await fetchDenort().catch((error) => console.log(`Compiling without it: ${error.message}`));
  for (const name of PART_NAMES) {
    const part = await findPart(name);
    if (part.kind === "missing") console.log(`Tests that need ${name} are skipped: ${part.reason}`);
  }
}

async function runLayer(
  layer: string,
): Promise<{ readonly counts: Counts; readonly failed: readonly string[] }> {
  const rights = LAYERS[layer];
  if (rights === undefined) throw new Error(`Cannot run the layer "${layer}": there is none`);
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  console.log(`\n=== ${layer} tests ===`);
  try {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", ...rights, `--junit-path=${report}`, ...directoriesOf(layer)],
      cwd: ROOT,
      stdin: "null",
    }).spawn().status;
    const xml = await Deno.readTextFile(report);
    const counts = countTests(xml);
    if (success || counts.failed > 0) return { counts, failed: failedTests(xml) };
    const failed = ["no test; a file could not be loaded, or the runner died"];
    return { counts: { ...counts, failed: 1 }, failed };
  } finally {
    await Deno.remove(report);
  }
}

function directoriesOf(layer: string): readonly string[] {
  return DIRECTORIES[layer] ?? [`tests/${layer}/`];
}

function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}
