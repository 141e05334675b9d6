import { runDeno } from "../../scripts/command.ts";
import { ROOT } from "../../scripts/project.ts";
import { sourceFiles } from "../../scripts/source_stamp.ts";

/** A program that was compiled from a copy of the sources. */
export interface CompiledCopy extends AsyncDisposable {
  readonly path: string;
}

/**
 * Compiles a copy of the sources in a directory of its own, so that the project's own `dist` stays.
 * It is removed with what it is in.
 *
 * @param denort The runtime that is put into the program.
 */
export async function compileCopy(denort: string): Promise<CompiledCopy> {
  const directory = await Deno.makeTempDir({ prefix: "vcm-copy-" });
  const remove = () => Deno.remove(directory, { recursive: true });
  try {
    for (const path of await sourceFiles()) {
      const copy = `${directory}/${path}`;
      await Deno.mkdir(copy.slice(0, copy.lastIndexOf("/")), { recursive: true });
      await Deno.copyFile(`${ROOT}${path}`, copy);
    }
    const env = { DENORT_BIN: denort };
    await runDeno(["run", "-A", "scripts/compile.ts"], { cwd: directory, env });
    return { path: `${directory}/dist/vcm`, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
