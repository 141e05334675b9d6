/** `vcm schema`: the schema of the file for editors, or that of `--json` for programs. */
import { jsonSchema } from "./json_schema.ts";
import { print } from "../../report/json.ts";
import { outputSchema } from "./output/output_schema.ts";
import { EXIT_OK } from "../../report/verdict.ts";
import type { Host } from "../../command/host.ts";
import type { Arguments } from "../../command/parse_arguments.ts";

/** Needs no permission. */
export function schema({ output }: Arguments, host: Host): number {
  host.giveUp("read", "write", "net", "run");
  host.out(print(output ? outputSchema() : jsonSchema()));
  return EXIT_OK;
}
