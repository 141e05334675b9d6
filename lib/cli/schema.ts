/** `vcm schema`: what the file may say, for editors. */
import { jsonSchema } from "../config/json_schema.ts";
import { EXIT_OK } from "../report/verdict.ts";
import type { Host } from "./host.ts";

/** Needs no permission. */
export function schema(host: Host): number {
  host.giveUp("read", "write", "net", "run");
  host.out(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
  return EXIT_OK;
}
