import { runDeno } from "./command.ts";
import { filesBelow } from "./files_below.ts";

/**
 * Returns a file of an npm package, such as `name@1.2.3`. Deno's own npm client checks the package
 * against the registry's integrity value. Throws CommandError if it cannot be had.
 */
export async function fetchNpmFile(npm: string, name: string): Promise<Uint8Array> {
  const work = await Deno.makeTempDir({ prefix: "npm-" });
  try {
    // The machine's authorities count too, for a machine behind a proxy that it was told to trust.
    await runDeno(["cache", "--no-config", "--no-lock", `npm:${npm}`], {
      cwd: work,
      env: { DENO_DIR: work, DENO_TLS_CA_STORE: "mozilla,system" },
    });
    // The layout of Deno's cache is not promised.
    const found = (await filesBelow(".", work)).find((path) => path.endsWith(`/${name}`));
    if (found === undefined) throw new Error(`Cannot find "${name}" in the package "${npm}"`);
    return await Deno.readFile(`${work}/${found}`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
