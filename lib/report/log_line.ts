/** Lines of the log, for people, programs and systemd's journal. */
import type { Level } from "./event_text.ts";

/** "journal": text in which each line begins with its level, as in sd-daemon(3). */
export const LINE_FORMATS = ["text", "json", "journal"] as const;
export type LineFormat = typeof LINE_FORMATS[number];

export interface LogEntry {
  readonly time: Date;
  readonly level: Level;
  readonly text: string;
  /** The event, if there is one. */
  readonly event?: unknown;
}

/** Levels of syslog(3). */
const PRIORITIES: Readonly<Record<Level, number>> = { error: 3, warning: 4, info: 6 };

/** A line for standard error; text has no time. */
export function logLine(format: LineFormat, entry: LogEntry): string {
  const { level, text } = entry;
  switch (format) {
    case "text":
      return level === "info" ? `${text}\n` : `${level}: ${text}\n`;
    case "json":
      return jsonLine(entry);
    case "journal":
      return text.split("\n").map((line) => `<${PRIORITIES[level]}>${line}\n`).join("");
  }
}

/** A line for the log file. */
export function fileLine(format: "text" | "json", entry: LogEntry): string {
  if (format === "json") return jsonLine(entry);
  return `${entry.time.toISOString()} ${entry.level} ${entry.text}\n`;
}

function jsonLine({ time, level, text, event }: LogEntry): string {
  return `${
    JSON.stringify({ time, level, message: text, ...(event !== undefined && { event }) })
  }\n`;
}
