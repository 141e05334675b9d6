/** Runs small programs of the host to their end, and where they are. */

/** Paths of `kill`, `ps`, `ln`, `chcon` and `ls`. */
export const KILL = ["/usr/bin/kill", "/bin/kill"];
export const PS = ["/usr/bin/ps", "/bin/ps"];
export const LN = ["/usr/bin/ln", "/bin/ln"];
export const CHCON = ["/usr/bin/chcon", "/bin/chcon"];
export const LS = ["/usr/bin/ls", "/bin/ls"];

/** Working directory, as under systemd. The one in which vcm was started may be inaccessible to its user. */
export const ROOT = "/";

/**
 * Runs a small program to its end, without a time limit.
 *
 * @param program Absolute paths to try, in order.
 * @returns undefined if the program is not on this host. `failure` names the program and the first line
 * of its standard error.
 *
 * Throws the system's error. Needs run permission for the program.
 */
export function runSync(
  program: readonly string[],
  args: readonly string[],
): { readonly success: boolean; readonly stdout: string; readonly failure: string } | undefined {
  for (const path of program) {
    try {
      const { success, stdout, stderr } = new Deno.Command(path, {
        args: [...args],
        clearEnv: true,
        env: { LC_ALL: "C" },
        cwd: ROOT,
        stdin: "null",
      }).outputSync();
      const [firstLine = ""] = new TextDecoder().decode(stderr).trim().split("\n");
      const failure = `"${path}" failed: ${firstLine}`;
      return { success, stdout: new TextDecoder().decode(stdout), failure };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}
