import { CommandError, runQuietly } from "../../scripts/command.ts";

/**
 * Counts the instructions of a command by callgrind, which do not depend on how busy the machine is.
 *
 * @returns Millions, or undefined if valgrind is not on this machine.
 */
export async function countInstructions(
  args: readonly string[],
  directory: string,
): Promise<number | undefined> {
  const file = `${directory}/callgrind.out`;
  const tool = ["valgrind", "--tool=callgrind", `--callgrind-out-file=${file}`] as const;
  try {
    await runQuietly([...tool, ...args]);
  } catch (error) {
    if (error instanceof CommandError && error.cause !== undefined) return undefined;
    throw error;
  }
  const [, total] = /^totals: (\d+)/m.exec(await Deno.readTextFile(file)) ?? [];
  if (total === undefined) throw new Error(`Cannot find the total in "${file}"`);
  return Number(total) / 1e6;
}
