import { createHash } from "node:crypto";
import { filesBelow } from "./files_below.ts";
import { ROOT } from "./project.ts";

// Everything that a change of the binary can come from.
const SOURCES = [
  "deno.json",
  "deno.lock",
  "main.ts",
  "lib",
  "scripts",
  "docs/output.schema.json",
];

/** Paths of all files that the binary is made from or by. */
export async function sourceFiles(): Promise<readonly string[]> {
  return (await Promise.all(SOURCES.map((source) => filesBelow(source)))).flat();
}

/** A hash over the sources of the binary: if two are equal it need not be compiled again. */
export async function sourceStamp(): Promise<string> {
  const hash = createHash("sha256");
  for (const path of await sourceFiles()) {
    hash.update(`${path}\0`).update(await Deno.readFile(`${ROOT}${path}`));
  }
  return hash.digest("hex");
}
