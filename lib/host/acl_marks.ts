/** Whether files have access control lists, on a host without getfacl: GNU ls marks them by a `+`. */
import { programPaths } from "./run_command.ts";
import { runWithInput } from "./run_with_input.ts";

const LS = programPaths("ls");

/** Paths for one call: the kernel limits the length of all arguments. */
const AT_ONCE = 500;

/**
 * By path; a path is absent if it is not known, as with another ls, which would mark nothing. Needs run
 * permission for ls.
 *
 * Throws CommandError.
 */
export async function listAclMarks(
  paths: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const version = await runWithInput(LS, ["--version"], "");
  if (!version?.stdout.startsWith("ls (GNU coreutils)")) return new Map();
  const marks = new Map<string, boolean>();
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const some = paths.slice(at, at + AT_ONCE);
    const list = await runWithInput(LS, ["-ldn", "--time-style=+", "--", ...some], "");
    for (const line of list?.stdout.split("\n") ?? []) {
      const [, mark, path] = /^\S{10}([+.]?) +\d+ +\d+ +\d+ +\d+ +(\/.*)$/.exec(line) ?? [];
      if (path !== undefined) marks.set(path, mark === "+");
    }
  }
  return marks;
}
