/**
 * Switches one set in a store between two others, without a pause, and says so in a line. Run by
 * store_race_test.ts, in a process of its own, which that test ends; it ends by itself after a minute.
 *
 * Arguments: the store, the set's name, and the directories of the two others.
 */
import { writeStoredSet } from "../../support/write_set.ts";
import { type Part, PARTS } from "../../../lib/certificate/types.ts";

const [store = "", name = "", ...directories] = Deno.args;
const sets = directories.map((directory) =>
  new Map(PARTS.map((part) => [part, Deno.readTextFileSync(`${directory}/${part}.pem`)]))
);
const end = Date.now() + 60_000;
console.log("switching");
while (Date.now() < end) {
  for (const set of sets) await writeStoredSet(store, name, (part: Part) => set.get(part) ?? "");
}
