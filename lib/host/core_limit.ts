/** The limit of core files, which a child process inherits. Needs run permission for `cat`. */
import { CommandError, runCommand } from "./run_command.ts";

const CAT = ["/usr/bin/cat", "/bin/cat"];

/** Bytes, or `unlimited`. Undefined: it cannot be determined. The runtime may not read /proc. */
export async function coreLimit(): Promise<string | undefined> {
  try {
    const { stdout } = await runCommand(CAT, ["/proc/self/limits"], 10_000);
    return /^Max core file size\s+(\S+)/m.exec(stdout)?.[1];
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}
