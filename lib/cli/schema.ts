/** `vcm schema`: what the file may say, for editors, or what `--json` prints, for programs. */
import { jsonSchema } from "../config/json_schema.ts";
import { print } from "../report/json.ts";
import { outputSchema } from "../report/output_schema/output_schema.ts";
import { EXIT_OK } from "../report/verdict.ts";
import type { Host } from "./host.ts";
import type { Arguments } from "./parse_arguments.ts";

/** Needs no permission. */
export function schema({ output }: Arguments, host: Host): number {
  host.giveUp("read", "write", "net", "run");
  host.out(print(output ? outputSchema() : jsonSchema()));
  return EXIT_OK;
}
