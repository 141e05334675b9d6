/** Runs small programs of the host to their end, and where they are. */

/** Paths of `kill`, `ps`, `ln`, `chcon` and `ls`. */
export const KILL = ["/usr/bin/kill", "/bin/kill"];
export const PS = ["/usr/bin/ps", "/bin/ps"];
export const LN = ["/usr/bin/ln", "/bin/ln"];
export const CHCON = ["/usr/bin/chcon", "/bin/chcon"];
export const LS = ["/usr/bin/ls", "/bin/ls"];

/** Working directory, as under systemd. The one in which vcm was started may be inaccessible to its user. */
export const ROOT = "/";

/** A program that has ended; `failure` names it and the first line of its standard error. */
export interface Finished {
  readonly success: boolean;
  readonly stdout: string;
  readonly failure: string;
}

/**
 * Runs a small program to its end, without a time limit.
 *
 * @param program Absolute paths to try, in order.
 * @returns undefined if the program is not on this host.
 *
 * Throws the system's error. Needs run permission for the program.
 */
export function runSync(program: readonly string[], args: readonly string[]): Finished | undefined {
  for (const path of program) {
    try {
      return finishedOf(path, new Deno.Command(path, optionsOf(args)).outputSync());
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/** How a small program is run. */
export function optionsOf(args: readonly string[]): Deno.CommandOptions {
  return { args: [...args], clearEnv: true, env: { LC_ALL: "C" }, cwd: ROOT, stdin: "null" };
}

export function finishedOf(
  path: string,
  { success, stdout, stderr }: Deno.CommandOutput,
): Finished {
  const decoder = new TextDecoder();
  const [firstLine = ""] = decoder.decode(stderr).trim().split("\n");
  const failure = `"${path}" failed: ${firstLine}`;
  return { success, stdout: decoder.decode(stdout), failure };
}
