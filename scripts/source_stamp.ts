import { createHash } from "node:crypto";
import { ROOT } from "./project.ts";

// Everything that a change of the binary can come from.
const SOURCES = ["deno.json", "deno.lock", "main.ts", "lib", "scripts"];

/** A hash over the sources of the binary: two equal ones mean that it need not be compiled again. */
export async function sourceStamp(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const path of await filesBelow(`${ROOT}${source}`)) {
      hash.update(`${path}\0`).update(await Deno.readFile(path));
    }
  }
  return hash.digest("hex");
}

async function filesBelow(path: string): Promise<readonly string[]> {
  let isFile: boolean;
  try {
    isFile = (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  if (isFile) return [path];
  const names: string[] = [];
  for await (const { name } of Deno.readDir(path)) names.push(name);
  const found = await Promise.all(names.sort().map((name) => filesBelow(`${path}/${name}`)));
  return found.flat();
}
