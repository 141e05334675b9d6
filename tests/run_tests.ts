/** Runs `deno test` on some paths, and counts what its report says. */
import { type Counts, countTests, failedTests } from "../scripts/junit.ts";
import { ROOT } from "../scripts/project.ts";

/**
 * Unit tests reach no other machine; those of pure modules give up the rest too, by `pureTest()`.
 * Run is not a list, because Deno guards the programs of a list against writes, and then refuses
 * `makeTempDir()`.
 */
export const UNIT_PERMISSIONS = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-net=127.0.0.1,localhost",
  "--allow-run",
];

/** What is run, and how. */
export interface TestRun {
  /** Files and directories below the project's own directory. */
  readonly paths: readonly string[];
  /** Permissions and other flags of `deno test`. */
  readonly flags: readonly string[];
  /** Another Deno than the one that runs this. */
  readonly deno?: string;
  /** After which the run is ended, and has failed. */
  readonly minutes?: number;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface TestResult {
  readonly counts: Counts;
  /** Names of the tests that failed. */
  readonly failed: readonly string[];
}

/** Runs tests, which print as they go. */
export async function runTests(
  { paths, flags, deno = Deno.execPath(), minutes, env = {} }: TestRun,
): Promise<TestResult> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const { success } = await new Deno.Command(deno, {
      args: ["test", "--no-check", ...flags, `--junit-path=${report}`, ...paths],
      cwd: ROOT,
      env,
      stdin: "null",
      ...(minutes !== undefined && { signal: AbortSignal.timeout(minutes * 60_000) }),
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

/** Seconds since a value of `performance.now()`, for people. */
export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(0)} s`;
}
