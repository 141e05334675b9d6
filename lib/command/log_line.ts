/** Lines of the log, for people, programs and systemd's journal. */
import type { Level } from "../report/event_text.ts";
import type { Host } from "./host.ts";
import type { Arguments } from "./parse_arguments.ts";

type LogFormat = Pick<Arguments, "logFormat">;

interface LogEntry {
  readonly time: Date;
  readonly level: Level;
  readonly text: string;
  /** The event, if there is one. */
  readonly event?: unknown;
}

/** Levels of syslog(3). */
const PRIORITIES: Readonly<Record<Level, number>> = { error: 3, warning: 4, info: 6 };

/** "journal": text in which each line begins with its level, as in sd-daemon(3). */
export function errFormat({ logFormat }: LogFormat, host: Host): "text" | "json" | "journal" {
  if (logFormat === "json") return "json";
  return host.errIsJournal ? "journal" : "text";
}

/** Writes one entry to standard error; text has no time. Never throws. */
export function sayOnErr(
  args: LogFormat,
  host: Host,
  level: Level,
  text: string,
  event?: unknown,
): void {
  switch (errFormat(args, host)) {
    case "text":
      return host.err(level === "info" ? `${text}\n` : `${level}: ${text}\n`);
    case "json":
      return host.err(jsonLine({ time: host.now(), level, text, event }));
    case "journal":
      return host.err(
        text.split("\n").map((line) => `<${PRIORITIES[level]}>${line}\n`).join(""),
      );
  }
}

/** A line for the log file. */
export function fileLine({ logFormat }: LogFormat, entry: LogEntry): string {
  if (logFormat === "json") return jsonLine(entry);
  return `${entry.time.toISOString()} ${entry.level} ${entry.text}\n`;
}

function jsonLine({ time, level, text, event }: LogEntry): string {
  return `${JSON.stringify({ time, level, message: text, event })}\n`;
}
