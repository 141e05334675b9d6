/**
 * Times the compiled program as whole processes beside the floor, an empty compiled program, and
 * holds the figures against the budgets. A benchmark, not a test: figures depend on the machine.
 */
import { runDeno } from "../../scripts/command.ts";
import { fetchDenort, findDenort } from "../../scripts/denort.ts";
import { ROOT } from "../../scripts/project.ts";
import { type OpenBao, startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { compiledVcm } from "../support/vcm.ts";
import { writeFleet } from "./fleet.ts";

interface Figures {
  /** Median, fastest and slowest run, milliseconds. */
  readonly wall: number;
  readonly min: number;
  readonly max: number;
  /** Median peak memory, MiB. */
  readonly memory: number;
}

const directory = await Deno.makeTempDir({ prefix: "vcm-bench-" });
try {
  await using bao = await startOpenBao();
  await setUpPki(bao);
  await bench(bao);
} finally {
  await Deno.remove(directory, { recursive: true });
}

async function bench(bao: OpenBao): Promise<void> {
  const vcm = await compiledVcm();
  const empty = await compileFloor();

  const [one, floor] = await measure(41, "-", await inOrder(vcm, bao, 1), [empty]);
  print("floor: an empty compiled program", floor);
  print("nothing due, 1 certificate, 2 targets", one);
  checkBudget("  wall over the floor", one.wall / floor.wall, 1.5, "x");
  checkBudget("  memory over the floor", one.memory - floor.memory, 12, "MiB");

  const [thousand] = await measure(21, "-", await inOrder(vcm, bao, 1000), [empty]);
  print("nothing due, 1,000 certificates, 2,000 targets", thousand);
  checkBudget("  wall", thousand.wall, 200, "ms");

  const work = `${directory}/issue`;
  await Deno.mkdir(work);
  const file = await writeFleet(`${directory}/issue.yaml`, work, bao, 200);
  const [issue] = await measure(7, work, [vcm, "run", "--quiet", "--config", file], [empty]);
  print("200 certificates issued, 400 files deployed", issue);
  checkBudget("  wall", issue.wall, 1500, "ms");
}

/** Brings a store into order, and answers the command line that then finds nothing to do. */
async function inOrder(vcm: string, bao: OpenBao, certificates: number): Promise<string[]> {
  const work = `${directory}/in-order-${certificates}`;
  await Deno.mkdir(work);
  const file = await writeFleet(`${work}.yaml`, work, bao, certificates);
  const { success } = await new Deno.Command(vcm, { args: ["run", "--quiet", "--config", file] })
    .output();
  if (!success) throw new Error(`Cannot bring ${certificates} certificates into order`);
  return [vcm, "run", "--config", file];
}

/** Two commands in turn, so that both meet the same machine. */
async function measure(
  runs: number,
  cleanup: string,
  one: readonly string[],
  other: readonly string[],
): Promise<[Figures, Figures]> {
  const { stdout, success } = await new Deno.Command("python3", {
    args: [`${ROOT}tests/bench/measure.py`, String(runs), cleanup, ...one, "--", ...other],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure "${one.join(" ")}"`);
  const [first, second]: [Run[], Run[]] = JSON.parse(new TextDecoder().decode(stdout));
  return [summarize(first), summarize(second)];
}

type Run = readonly [wall: number, memory: number, status: number];

function summarize(runs: readonly Run[]): Figures {
  const failed = runs.find(([, , status]) => status !== 0);
  if (failed) throw new Error(`A measured command ended with ${failed[2]}`);
  const walls = runs.map(([wall]) => wall).sort((a, b) => a - b);
  return {
    wall: median(walls),
    min: walls[0] ?? 0,
    max: walls.at(-1) ?? 0,
    memory: median(runs.map(([, memory]) => memory / 1024).sort((a, b) => a - b)),
  };
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

async function compileFloor(): Promise<string> {
  await Deno.writeTextFile(`${directory}/floor.js`, 'console.log("nothing")\n');
  const denort = await findDenort() ?? await fetchDenort();
  await runDeno(
    ["compile", "-q", "--no-config", "--no-code-cache", "-o", `${directory}/floor`, "floor.js"],
    { cwd: directory, env: { DENORT_BIN: denort } },
  );
  return `${directory}/floor`;
}

function print(what: string, { wall, min, max, memory }: Figures): void {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  console.log(
    `${what.padEnd(48)} ${ms(wall).padStart(10)}  (${ms(min)} to ${ms(max)})  ${
      memory.toFixed(1)
    } MiB`,
  );
}

function checkBudget(what: string, value: number, budget: number, unit: string): void {
  const verdict = value <= budget ? "within" : "OVER";
  console.log(`${what.padEnd(48)} ${value.toFixed(2)} ${unit}, ${verdict} the budget of ${budget}`);
}
