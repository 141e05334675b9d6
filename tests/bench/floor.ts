import { runDeno } from "../../scripts/command.ts";
import { COMPILE_OPTIONS } from "../../scripts/compile.ts";
import { fetchDenort, findDenort } from "../../scripts/denort.ts";
import { writePermissionSet } from "../../scripts/permission_set.ts";

/**
 * Compiles an empty program as the product is compiled: what any program costs that is made this way.
 *
 * @returns Its path, in the directory.
 */
export async function compileFloor(directory: string): Promise<string> {
  const path = `${directory}/floor`;
  await Deno.writeTextFile(`${path}.js`, 'console.log("nothing")\n');
  const options = [...COMPILE_OPTIONS, ...await writePermissionSet(`${path}.json`)];
  const denort = Deno.env.get("DENORT_BIN") ?? await findDenort() ?? await fetchDenort();
  await runDeno(["compile", ...options, "-o", path, `${path}.js`], {
    cwd: directory,
    env: { DENORT_BIN: denort },
  });
  return path;
}
