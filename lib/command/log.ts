/**
 * The log: lines on standard error and in `log_file`, and on a terminal a progress bar while many
 * certificates are issued.
 */
import { causeAndFix } from "../text/plain_cause.ts";
import type { Level } from "../report/event_text.ts";
import { GroupedLines } from "./grouped_lines.ts";
import type { Host } from "./host.ts";
import { errFormat, fileLine, sayOnErr } from "./log_line.ts";

export interface LogOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly file?: string | undefined;
  readonly logFormat?: "text" | "json" | undefined;
  /** The number of certificates to issue. */
  readonly expected: number;
  /** How many lines the steps of each certificate have; absent: lines are not grouped. */
  readonly linesOf?: ReadonlyMap<string, number>;
}

/** From this number of certificates on, a terminal shows a progress bar, not a line for each. */
const MANY = 10;

/** Columns of the bar; with its text it fits into 60. */
const BAR = 30;

export class Log {
  readonly #host: Host;
  readonly #options: LogOptions;
  readonly #showsBar: boolean;
  #done = 0;
  #fileWorks = true;
  #write: ((text: string) => void) | undefined;
  readonly #printed = new Set<string>();
  /** Only for a terminal: pipes and the journal get lines that say what they are about. */
  readonly #groups: GroupedLines | undefined;

  constructor(host: Host, options: LogOptions) {
    this.#host = host;
    this.#options = options;
    this.#showsBar = host.errIsTerminal && !options.quiet && options.expected >= MANY &&
      options.logFormat !== "json";
    const { linesOf } = options;
    const isRead = host.errIsTerminal && errFormat(options, host) === "text";
    this.#groups = linesOf !== undefined && isRead
      ? new GroupedLines(linesOf, (text) => host.err(text))
      : undefined;
  }

  /**
   * Returns whether it was printed.
   *
   * @param event The event as data, for the JSON format.
   */
  line(level: Level, text: string, event?: unknown): boolean {
    this.append(level, text, event);
    if (level === "info" && (this.#options.quiet || (this.#showsBar && !this.#options.verbose))) {
      return false;
    }
    this.#print(level, text, event);
    return true;
  }

  /**
   * A step that failed. If many fail for the same reason, such as a server that is down, only the
   * first is printed. With --quiet only the summary reports failures. Returns whether it was printed.
   */
  failure(text: string, reason: string, event?: unknown): boolean {
    const { quiet, logFormat } = this.#options;
    if (!quiet || logFormat === "json") return this.#once("error", text, reason, event);
    this.append("error", text, event);
    return false;
  }

  /**
   * A warning. If many have the same reason, such as a lifetime that a role cut, only the first is
   * printed.
   */
  warning(text: string, reason: string, event?: unknown): void {
    this.#once("warning", text, reason, event);
  }

  #once(level: Level, text: string, reason: string, event: unknown): boolean {
    this.append(level, text, event);
    // JSON has every entry.
    const all = this.#options.verbose || this.#options.logFormat === "json";
    if (this.#printed.has(reason) && !all) return false;
    this.#printed.add(reason);
    this.#print(level, text, event);
    return true;
  }

  #print(level: Level, text: string, event?: unknown): void {
    this.#clear();
    if (this.#groups !== undefined) this.#groups.say(level, text);
    else sayOnErr(this.#options, this.#host, level, text, event);
    this.#draw();
  }

  /** One more certificate was issued, or failed. */
  progress(): void {
    this.#done++;
    this.#draw();
  }

  #draw(): void {
    if (!this.#showsBar) return;
    const { expected } = this.#options;
    const done = Math.min(BAR, Math.floor(this.#done / expected * BAR));
    const bar = "#".repeat(done) + "-".repeat(BAR - done);
    this.#host.err(`\r\x1b[2Kissuing [${bar}] ${this.#done} of ${expected}`);
  }

  /** Removes the progress bar, and prints what waits. */
  end(): void {
    this.#clear();
    this.#groups?.flush();
  }

  #clear(): void {
    if (this.#showsBar) this.#host.err("\r\x1b[2K");
  }

  /** Opens the log file; afterwards no write permission is needed. */
  open(): void {
    this.#toFile((file) => {
      this.#write ??= this.#host.openLog(file);
    });
  }

  /** Writes only to the log file. */
  append(level: Level, text: string, event?: unknown): void {
    this.open();
    const entry = { time: this.#host.now(), level, text, event };
    this.#toFile(() => this.#write?.(fileLine(this.#options, entry)));
  }

  /** A log that cannot be written must not keep a certificate from being renewed. */
  #toFile(work: (file: string) => void): void {
    const { file } = this.#options;
    if (file === undefined || !this.#fileWorks) return;
    try {
      work(file);
    } catch (error) {
      this.#fileWorks = false;
      this.line("warning", `Cannot write the log file "${file}": ${causeAndFix(error, file)}`);
    }
  }
}
