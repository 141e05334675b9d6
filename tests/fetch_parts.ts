import { fetchDenort } from "../scripts/denort.ts";
import { PARTS } from "../scripts/project.ts";
import { findPart, PART_NAMES } from "./support/parts.ts";

/** Fetches all before the first test, so that no test waits for a download or is blamed for it. */
export async function fetchParts(): Promise<void> {
  console.log(`Looking for what the tests need in ${PARTS}`);
  await fetchDenort().catch((error) => console.log(`Compiling without it: ${error.message}`));
  for (const name of PART_NAMES) {
    const part = await findPart(name);
    if (part.kind === "missing") console.log(`Tests that need ${name} are skipped: ${part.reason}`);
  }
}
