/** The permissions of the program, as deno.json has them. */
import { ROOT } from "./project.ts";

/**
 * Writes a configuration with the program's permissions and nothing else of deno.json, whose packages
 * the bundle does not need.
 *
 * @param path Where the file is written.
 * @returns The flags of `deno compile` for it.
 */
export async function writePermissionSet(path: string): Promise<readonly string[]> {
  const { permissions, unstable } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  await Deno.writeTextFile(path, JSON.stringify({ permissions, unstable }));
  // Quiet, because the runtime calls permission sets experimental at each use.
  return ["--quiet", "--no-prompt", `--config=${path}`, "--permission-set=vcm"];
}
