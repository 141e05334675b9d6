import { runQuietly } from "../../scripts/command.ts";
import { ROOT } from "../../scripts/project.ts";
import type { Measured, Run } from "./figures.ts";
import type { Who } from "./rows.ts";

/** A command to be measured, as measure.py takes it. */
export interface Command {
  readonly args: readonly string[];
  /** A directory that is empty before each run. */
  readonly clears?: string;
  /** A directory and the number of files that it must have after each run. */
  readonly fills?: readonly [directory: string, files: number];
}

type Line = readonly [wall: number, cpu: number, kibibytes: number];

/**
 * Runs commands in turn, and once more before that to warm up.
 *
 * @param aside A directory on the same disk for what is cleared away.
 * Throws CommandError if a run fails or leaves another number of files.
 */
export async function measure(
  commands: ReadonlyMap<Who, Command>,
  runs: number,
  aside: string,
): Promise<Measured> {
  const order = {
    runs,
    aside,
    commands: [...commands.values()].map((command) => ({ clears: null, fills: null, ...command })),
  };
  const script = `${ROOT}tests/bench/measure.py`;
  const answer: readonly (readonly Line[])[] = JSON.parse(
    await runQuietly(["python3", script, JSON.stringify(order)]),
  );
  const measured: Partial<Record<Who, readonly Run[]>> = {};
  [...commands.keys()].forEach((who, at) => {
    measured[who] = (answer[at] ?? []).map(([wall, cpu, kibibytes]) => ({
      wall,
      cpu,
      memory: kibibytes / 1024,
    }));
  });
  return measured;
}
