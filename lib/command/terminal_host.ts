/** A host whose terminal gets texts that are made for reading. What is not a terminal gets whole lines. */
import { shortenSerials, wrapText } from "../report/wrap.ts";
import type { CommandName } from "./command_forms.ts";
import type { Host } from "./host.ts";
import type { Arguments } from "./parse_arguments.ts";

/** The results of others are files or tables of their own. */
const RESULTS_TO_READ: ReadonlySet<CommandName> = new Set([
  "run",
  "check",
  "status",
  "plan",
  "issue",
  "deploy",
  "restart",
  "validate",
  "doctor",
  "adopt",
  "revoke",
  "rollback",
  "prune",
]);

export function terminalHost(host: Host, args: Arguments): Host {
  const { command, json, verbose, logFormat, help } = args;
  const readable = (text: string) => {
    const { columns } = host;
    const short = verbose ? text : shortenSerials(text);
    // The progress bar begins with a carriage return.
    return columns === undefined || text.startsWith("\r") ? short : wrapText(short, columns);
  };
  const isResult = host.outIsTerminal && !json && !help && RESULTS_TO_READ.has(command);
  const isLog = host.errIsTerminal && logFormat !== "json";
  // Some properties are asked for when they are needed.
  const whole = Object.defineProperties({} as Host, Object.getOwnPropertyDescriptors(host));
  return Object.assign(whole, {
    ...(isResult && { out: (text: string) => host.out(readable(text)) }),
    ...(isLog && { err: (text: string) => host.err(readable(text)) }),
  });
}
