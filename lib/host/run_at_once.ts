/** Runs small programs of the host that touch nothing but a file, and waits for them. */

export type Fault =
  | { readonly kind: "none" }
  | {
    readonly kind: "failed";
    readonly program: string;
    /** First line of what it wrote to its standard error. */
    readonly said: string;
  };

/**
 * Runs the first of the programs that is there.
 *
 * @returns What went wrong. Throws the system's error. Needs run permission for the programs.
 */
export function runAtOnce(programs: readonly string[], args: readonly string[]): Fault | undefined {
  for (const program of programs) {
    let result: Deno.CommandOutput;
    try {
      result = new Deno.Command(program, {
        args: [...args],
        clearEnv: true,
        env: { LC_ALL: "C" },
        // The directory in which VCM was called may be closed to its user.
        cwd: "/",
        stdin: "null",
        stdout: "null",
      }).outputSync();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    if (result.success) return undefined;
    const [said = ""] = new TextDecoder().decode(result.stderr).trim().split("\n");
    return { kind: "failed", program, said };
  }
  return { kind: "none" };
}
