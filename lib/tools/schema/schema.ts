/** `vcm schema`: the schema of the file for editors, or that of `--json` for programs. */
import { print } from "../../report/json.ts";
import { EXIT_OK } from "../../report/exit_status.ts";
import type { Host } from "../../command/host.ts";
import type { Arguments } from "../../command/parse_arguments.ts";

/** Needs no permission. */
export async function schema({ output }: Arguments, host: Host): Promise<number> {
  const printed = output
    ? (await import("../../../docs/output.schema.json", { with: { type: "json" } })).default
    : (await import("./json_schema.ts")).jsonSchema();
  host.giveUp("read", "write", "net", "run");
  host.out(print(printed));
  return EXIT_OK;
}
