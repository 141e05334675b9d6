/**
 * The log: lines on standard error, the same in `log_file`, and on a terminal a bar that moves while
 * many certificates are issued.
 */
import { plainCause } from "../text/plain_cause.ts";
import type { Level } from "../report/event_text.ts";
import { fileLine } from "../report/log_line.ts";
import { sayOnErr } from "./err_lines.ts";
import type { Host } from "./host.ts";

export interface LogOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly file?: string;
  readonly logFormat?: "text" | "json";
  /** Certificates that will be issued. */
  readonly expected: number;
}

/** From so many certificates on, a terminal shows one line that moves in place of a line for each. */
const MANY = 10;

/** Columns of the bar; with its words it fits into 60. */
const BAR = 30;

export class Log {
  readonly #host: Host;
  readonly #options: LogOptions;
  readonly #moving: boolean;
  #done = 0;
  #fileWorks = true;
  #write: ((text: string) => void) | undefined;
  readonly #said = new Set<string>();

  constructor(host: Host, options: LogOptions) {
    this.#host = host;
    this.#options = options;
    this.#moving = host.errIsTerminal && !options.quiet && options.expected >= MANY &&
      options.logFormat !== "json";
  }

  /** @param event What came about, for who reads the log as data. */
  line(level: Level, text: string, event?: unknown): void {
    this.append(level, text, event);
    if (level === "info" && (this.#options.quiet || (this.#moving && !this.#options.verbose))) {
      return;
    }
    this.#print(level, text, event);
  }

  /**
   * A step that failed. What fails for many subjects alike, such as a server that is down, is
   * printed for the first; for the quiet the summary alone tells of failures.
   */
  failure(text: string, reason: string, event?: unknown): void {
    const { quiet, logFormat } = this.#options;
    if (quiet && logFormat !== "json") this.append("error", text, event);
    else this.#once("error", text, reason, event);
  }

  /** What holds for many subjects alike, such as a lifetime that a role cut, is printed for the first. */
  warning(text: string, reason: string, event?: unknown): void {
    this.#once("warning", text, reason, event);
  }

  #once(level: Level, text: string, reason: string, event: unknown): void {
    this.append(level, text, event);
    // Whoever reads it as data counts on each.
    const all = this.#options.verbose || this.#options.logFormat === "json";
    if (this.#said.has(reason) && !all) return;
    this.#said.add(reason);
    this.#print(level, text, event);
  }

  #print(level: Level, text: string, event?: unknown): void {
    this.#clear();
    sayOnErr(this.#options, this.#host, level, text, event);
    this.#draw();
  }

  /** One more certificate was issued, or could not be. */
  progress(): void {
    this.#done++;
    this.#draw();
  }

  /** Takes the progress line away. */
  end(): void {
    this.#clear();
  }

  #draw(): void {
    if (!this.#moving) return;
    const { expected } = this.#options;
    const done = Math.min(BAR, Math.floor(this.#done / expected * BAR));
    const bar = "#".repeat(done) + "-".repeat(BAR - done);
    this.#host.err(`\r\x1b[2Kissuing [${bar}] ${this.#done} of ${expected}`);
  }

  #clear(): void {
    if (this.#moving) this.#host.err("\r\x1b[2K");
  }

  /** Opens the log file; from then on no right to write is needed. */
  open(): void {
    this.#toFile((file) => {
      this.#write ??= this.#host.openLog(file);
    });
  }

  /** To the log file alone. */
  append(level: Level, text: string, event?: unknown): void {
    this.open();
    const entry = { time: this.#host.now(), level, text, ...(event !== undefined && { event }) };
    this.#toFile(() => this.#write?.(fileLine(this.#options.logFormat ?? "text", entry)));
  }

  /** A log that cannot be written must not keep a certificate from being renewed. */
  #toFile(work: (file: string) => void): void {
    const { file } = this.#options;
    if (file === undefined || !this.#fileWorks) return;
    try {
      work(file);
    } catch (error) {
      this.#fileWorks = false;
      this.line("warning", `Cannot write the log file "${file}": ${plainCause(error)}`);
    }
  }
}
