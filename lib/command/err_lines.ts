/** Lines on standard error, in the requested format or in the format of the journal. */
import { type LineFormat, logLine } from "../report/log_line.ts";
import type { Level } from "../report/event_text.ts";
import type { Host } from "./host.ts";
import type { Arguments } from "./parse_arguments.ts";

/** The format of standard error. */
export function errFormat({ logFormat }: Pick<Arguments, "logFormat">, host: Host): LineFormat {
  if (logFormat === "json") return "json";
  return host.errIsJournal ? "journal" : "text";
}

/** Writes one entry. Never throws. */
export function sayOnErr(
  args: Pick<Arguments, "logFormat">,
  host: Host,
  level: Level,
  text: string,
  event?: unknown,
): void {
  const entry = { time: host.now(), level, text, ...(event !== undefined && { event }) };
  host.err(logLine(errFormat(args, host), entry));
}
