/**
 * `deno task bench [--peers] [ROW …]`: measures the compiled program as whole processes, in turn
 * with the floor, an empty program that is compiled the same way, and with --peers in turn with
 * consul-template and a Python tool. docs/development/speed.md explains the figures.
 *
 * Exit status: 0 all is within the budgets, 1 something is over, 2 usage.
 */
import { parseArgs } from "node:util";
import { runQuietly } from "../../scripts/command.ts";
import { startOpenBao } from "../support/openbao.ts";
import type { Part } from "../support/part.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { compiledVcm } from "../support/vcm.ts";
import { prepareRow, type Site } from "./commands.ts";
import { fetchConsulTemplate } from "./consul_template.ts";
import { busyness, describe, judge, unsteadiness } from "./figures.ts";
import { compileFloor } from "./floor.ts";
import { countInstructions } from "./instructions.ts";
import { measure } from "./measure.ts";
import { fetchPythonPeer } from "./python_peer.ts";
import { type Row, ROWS, type Who } from "./rows.ts";

const INSTRUCTIONS = "instructions";
const NAMES = [INSTRUCTIONS, ...ROWS.map(({ name }) => name)];

interface Choice {
  /** Whether other tools are measured, too. */
  readonly peers: boolean;
  readonly names: readonly string[];
}

/** What is said again at the end. */
export interface Findings {
  readonly over: string[];
  /** Why the figures may be those of a busy machine. */
  readonly doubts: string[];
}

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  let chosen: Choice;
  try {
    chosen = choose(args);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`error: ${error.message}`);
    console.error(`usage: deno task bench [--peers] [ROW …], with the rows ${NAMES.join(", ")}`);
    return 2;
  }
  // On a disk, which /tmp often is not.
  const directory = await Deno.makeTempDir({
    dir: Deno.env.get("TMPDIR") ?? "/var/tmp",
    prefix: "vcm-bench-",
  });
  try {
    return await bench(directory, chosen);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Understands a command line; throws TypeError if it is none. */
export function choose(args: readonly string[]): Choice {
  const options = { peers: { type: "boolean", default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const unknown = positionals.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new TypeError(`there is no row "${unknown}"`);
  return { peers: values.peers, names: positionals.length === 0 ? NAMES : positionals };
}

async function bench(directory: string, { names, peers }: Choice): Promise<number> {
  const [load = 0] = Deno.loadavg();
  const cores = navigator.hardwareConcurrency;
  const busy = busyness(load, cores);
  const findings: Findings = { over: [], doubts: busy === undefined ? [] : [busy] };
  const programs = await collectPrograms(directory, peers);
  await using bao = await startOpenBao();
  await setUpPki(bao);
  const site: Site = { programs, bao, directory };
  console.log(await describeMachine(directory, cores));
  if (names.includes(INSTRUCTIONS)) await benchInstructions(site, findings);
  for (const row of ROWS) if (names.includes(row.name)) await benchRow(row, site, findings);
  const { lines, status } = conclude(findings);
  console.log(["", ...lines].join("\n"));
  return status;
}

/** Copies, because resident memory depends on what the page cache has of a file. */
async function collectPrograms(directory: string, peers: boolean): Promise<Map<Who, string>> {
  const vcm = `${directory}/vcm`;
  await Deno.copyFile(await compiledVcm(), vcm);
  const programs = new Map<Who, string>([["vcm", vcm], ["floor", await compileFloor(directory)]]);
  if (!peers) return programs;
  const fetchers = { "consul-template": fetchConsulTemplate, python: fetchPythonPeer } as const;
  for (const who of ["consul-template", "python"] as const) {
    const part: Part = await fetchers[who]();
    if (part.kind === "ready") programs.set(who, part.path);
    else console.log(`Measured without ${who}: ${part.reason}`);
  }
  return programs;
}

async function describeMachine(directory: string, cores: number): Promise<string> {
  const [, model = "unknown"] = /^model name\s*: (.*)$/m.exec(
    await Deno.readTextFile("/proc/cpuinfo"),
  ) ?? [];
  const fileSystem = await runQuietly(["df", "--output=fstype", directory]);
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${cores} cores (${model}), Linux ${Deno.osRelease()}, ` +
    `${fileSystem.split("\n")[1]}, Deno ${Deno.version.deno}`;
}

/** The most instructions of `vcm --version` and of a run with nothing due, in those of the floor. */
const VERSION_BUDGET = 1.15;
const NOTHING_BUDGET = 1.64;

async function benchInstructions(
  { programs, bao, directory }: Site,
  findings: Findings,
): Promise<void> {
  console.log(`\n${INSTRUCTIONS}, by callgrind`);
  const [vcm = "", floor = ""] = [programs.get("vcm"), programs.get("floor")];
  const [row] = ROWS;
  if (row === undefined) return;
  const least = await countInstructions([floor], directory);
  if (least === undefined) return console.log("  not counted: valgrind is not on this machine");
  console.log(`  ${"floor".padEnd(28)} ${least.toFixed(0)} million`);
  const nothing = (await prepareRow(row, { programs: new Map([["vcm", vcm]]), bao, directory }))
    .get("vcm");
  const commands = [
    { what: "vcm --version", args: [vcm, "--version"], most: VERSION_BUDGET },
    { what: "nothing due, 1 certificate", args: nothing?.args ?? [], most: NOTHING_BUDGET },
  ];
  for (const { what, args, most } of commands) {
    const millions = await countInstructions(args, directory);
    if (millions === undefined) continue;
    const ratio = millions / least;
    const kind = ratio <= most ? "within" : "over";
    const verdict = `${ratio.toFixed(2)} × floor, ${kind} the budget of ${most} × floor`;
    console.log(`  ${what.padEnd(28)} ${millions.toFixed(0)} million, ${verdict}`);
    if (kind === "over") findings.over.push(`${INSTRUCTIONS}, ${what}: ${verdict}`);
  }
}

async function benchRow(row: Row, site: Site, findings: Findings): Promise<void> {
  const commands = await prepareRow(row, site);
  const [load = 0] = Deno.loadavg();
  const loaded = `load average ${load.toFixed(1)}, this bench included`;
  console.log(`\n${row.name}: ${row.title} (${row.runs} runs, ${loaded})`);
  const aside = await Deno.makeTempDir({ dir: site.directory, prefix: "aside-" });
  const measured = await measure(commands, row.runs, aside);
  for (const who of commands.keys()) console.log(describe(who, measured));
  for (const budget of row.budgets) {
    const { kind, text } = judge(budget, measured);
    console.log(`  ${text}`);
    if (kind === "over") findings.over.push(`${row.name}, ${text}`);
  }
  const unsteady = unsteadiness(measured.floor ?? []);
  if (unsteady !== undefined) findings.doubts.push(`${row.name}: ${unsteady}`);
}

/** The last words and the exit status. */
export function conclude(
  { over, doubts }: Findings,
): { readonly lines: readonly string[]; readonly status: number } {
  const lines = doubts.length === 0 ? [] : [
    "This machine was busy, so these figures are not those of a quiet one:",
    ...doubts.map((doubt) => `  ${doubt}`),
  ];
  if (over.length === 0) {
    return { lines: [...lines, "Nothing that was measured is over its budget."], status: 0 };
  }
  return { lines: [...lines, "OVER the budget:", ...over.map((line) => `  ${line}`)], status: 1 };
}
