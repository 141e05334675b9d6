/** The shape of an included file. */
import type * as v from "valibot";
import { quote } from "../text/quote.ts";
import { certificates, readBy, type Reading, SPARE } from "./schema.ts";
import { map } from "./shapes.ts";

/** What holds for all files, and so stands in one. */
const OF_MAIN_FILE = ["config", "include", "defaults"];

/** An included file, as written. */
export type IncludedFile = v.InferOutput<ReturnType<typeof includedSchema>>;

/** Reads the tree of an included file. @param main The file that includes it. */
export function readIncludedTree(tree: unknown, main: string): Reading<IncludedFile> {
  return readBy(includedSchema(main), tree);
}

function includedSchema(main: string) {
  const message = `is allowed only in the main file, ${quote(main)}`;
  const elsewhere = new Map(OF_MAIN_FILE.map((key) => [key, message]));
  return map(`a map with the key "certs"`, { certs: certificates }, SPARE, elsewhere);
}
