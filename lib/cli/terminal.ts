import type { Screen } from "../report/status_text.ts";
import type { Host } from "../command/host.ts";
import { paintFor } from "../command/load.ts";
import type { Arguments } from "../command/parse_arguments.ts";

/** What the terminal can show; nothing is cut for a file or a pipe. */
export function screenFor(args: Arguments, host: Host): Screen {
  return {
    paint: paintFor(args, host),
    ...(host.columns !== undefined && { columns: host.columns }),
    ascii: args.ascii || !speaksUtf8(host),
  };
}

/** The first of the variables that is set decides (locale(7)). */
function speaksUtf8(host: Host): boolean {
  const locale = host.env("LC_ALL") || host.env("LC_CTYPE") || host.env("LANG") || "";
  return /utf-?8/i.test(locale);
}
