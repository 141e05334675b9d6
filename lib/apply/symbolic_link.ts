/** Makes symbolic links by the host's `ln`: the runtime's own call wants the right to all files. */
import { LN } from "../observe/command.ts";

/**
 * Throws Error in plain words. Needs run permission for ln; it, not we, writes.
 *
 * @param text What the link says.
 * @param path Must be free.
 */
export function makeSymbolicLink(text: string, path: string): void {
  for (const program of LN) {
    let result: Deno.CommandOutput;
    try {
      result = new Deno.Command(program, {
        // Where a folder lies at the path, it must not be made in there.
        args: ["-s", "-n", "--", text, path],
        clearEnv: true,
        env: { LC_ALL: "C" },
        stdin: "null",
        stdout: "null",
      }).outputSync();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    if (result.success) return;
    const [said = ""] = new TextDecoder().decode(result.stderr).trim().split("\n");
    throw new Error(`"${program}" could not make the link "${path}": ${said}`);
  }
  throw new Error(`there is no "ln" on this host to make the link "${path}" with`);
}
