import { createHash } from "node:crypto";
import { filesBelow } from "./files_below.ts";
import { ROOT } from "./project.ts";

// Everything that a change of the binary can come from.
const SOURCES = ["deno.json", "deno.lock", "main.ts", "lib", "scripts"];

/** A hash over the sources of the binary: two equal ones mean that it need not be compiled again. */
export async function sourceStamp(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const path of await filesBelow(source)) {
      hash.update(`${path}\0`).update(await Deno.readFile(`${ROOT}${path}`));
    }
  }
  return hash.digest("hex");
}
