/**
 * `deno task test:long [NAME …]`: what takes minutes or large downloads and rarely finds something,
 * so that `deno task test` can do without. It closes with what it ran, and what it skipped and why.
 */
import { adopt } from "./long/adopt.ts";
import { arm64 } from "./long/arm64.ts";
import { doubleBuild } from "./long/double_build.ts";
import { fuzz } from "./long/fuzz.ts";
import { lifetimes } from "./long/lifetimes.ts";
import { newerDeno } from "./long/newer_deno.ts";
import { newerOpenBao } from "./long/newer_openbao.ts";
import { recipes } from "./long/recipes.ts";
import { servers } from "./long/servers.ts";
import type { Step } from "./long/step.ts";
import { sweeps } from "./long/sweeps.ts";
import { secondsSince } from "./run_tests.ts";

export const STEPS: readonly Step[] = [
  recipes,
  doubleBuild,
  arm64,
  newerDeno,
  newerOpenBao,
  servers,
  sweeps,
  lifetimes,
  adopt,
  fuzz,
];

if (import.meta.main) {
  const unknown = Deno.args.filter((arg) => STEPS.every(({ name }) => name !== arg));
  if (unknown.length > 0) {
    const names = STEPS.map(({ name }) => name).join(", ");
    console.error(`error: there is no long test "${unknown.join('", "')}"; there are ${names}`);
    Deno.exit(2);
  }
  const chosen = STEPS.filter(({ name }) => Deno.args.length === 0 || Deno.args.includes(name));
  const { lines, status } = await runSteps(chosen);
  console.log(["", ...lines].join("\n"));
  Deno.exit(status);
}

/** Runs all steps, also after one has failed; returns a line for each. */
export async function runSteps(
  steps: readonly Step[],
): Promise<{ readonly lines: readonly string[]; readonly status: number }> {
  const lines: string[] = [];
  let status = 0;
  for (const { name, title, run } of steps) {
    console.log(`\n=== ${name}: ${title} ===`);
    const start = performance.now();
    try {
      const outcome = await run();
      const what = outcome.kind === "passed" ? outcome.detail : outcome.reason;
      lines.push(`${outcome.kind.padEnd(7)}  ${name}: ${what} (${secondsSince(start)})`);
    } catch (error) {
      status = 1;
      const problem = error instanceof Error ? error.message : String(error);
      lines.push(`FAILED   ${name}: ${problem} (${secondsSince(start)})`);
    }
  }
  return { lines, status };
}
