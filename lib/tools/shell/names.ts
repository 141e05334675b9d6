/** `vcm names`: prints names for completion while the user types. */
import { entriesOf } from "../../config/types.ts";
import { ConfigError } from "../../config/diagnostic.ts";
import { EXIT_OK } from "../../report/exit_status.ts";
import type { Host } from "../../command/host.ts";
import { loadFor } from "../../command/load.ts";
import type { Arguments } from "../../command/parse_arguments.ts";

/** Prints no error about the configuration: it would appear in the line that is being typed. */
export async function names(args: Arguments, host: Host): Promise<number> {
  host.giveUp("write", "net", "run");
  try {
    const entries = entriesOf(await loadFor(args, host));
    // No name contains a line break.
    host.out(entries.map(({ name }) => `${name}\n`).join(""));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
  return EXIT_OK;
}
