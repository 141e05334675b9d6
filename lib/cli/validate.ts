/** `vcm validate`: checks the configuration file. */
import { entriesOf } from "../config/types.ts";
import { validJson } from "../report/json.ts";
import { count, countEntries } from "../report/paint.ts";
import { EXIT_OK } from "../report/exit_status.ts";
import type { Host } from "../command/host.ts";
import { loadFor } from "../command/load.ts";
import type { Arguments } from "../command/parse_arguments.ts";

/** Throws ConfigError with every diagnostic. */
export async function validate(args: Arguments, host: Host): Promise<number> {
  host.giveUp("write", "net");
  const config = await loadFor(args, host);
  // Reading may have asked ls whether a directory is empty.
  host.giveUp("run");
  const certificates = config.certificates.length;
  const entries = entriesOf(config);
  const targets = entries.flatMap((spec) => spec.targets).length;
  const services = new Set(
    entries.flatMap((spec) => spec.services.map((service) => service.id)),
  ).size;
  if (args.json) {
    host.out(validJson({ file: config.file, certificates, targets, services }));
  } else if (!args.quiet) {
    const states = entries.map((spec) => "source" in spec ? { trust: spec } : {});
    host.out(
      `${config.file}: no errors; ${countEntries(states)}, ` +
        `${count(targets, "target")}, ${count(services, "service")}\n`,
    );
  }
  return EXIT_OK;
}
