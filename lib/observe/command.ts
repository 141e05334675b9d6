/**
 * Runs a program of the host, bounded in time, without a shell and with a small environment of its
 * own: no token can reach a child.
 */

export interface CommandResult {
  /** Exit status; 124 when the time limit ended it, as `timeout(1)` has it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program is not on this host, or may not be run. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/**
 * @param program Absolute paths where the program may be, in the order in which they are tried.
 * @param limit Milliseconds after which the program is ended.
 *
 * Throws CommandError where none of the paths can be run. Needs run permission for them.
 */
export async function runCommand(
  program: readonly string[],
  args: readonly string[],
  limit: number,
): Promise<CommandResult> {
  for (const path of program) {
    try {
      return await runOnce(path, args, limit);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        throw new CommandError(`Cannot run "${path}": ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
  }
  throw new CommandError(`Cannot run "${program[0]}": not on this host`);
}

async function runOnce(path: string, args: readonly string[], limit: number) {
  const child = new Deno.Command(path, {
    args: [...args],
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", TZ: "UTC" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(limit),
  });
  const { code, signal, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    code: signal === "SIGTERM" ? 124 : code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}
