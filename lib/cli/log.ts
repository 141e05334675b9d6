/**
 * The log: lines on standard error, the same lines with their time in `log_file`, and on a terminal
 * a progress line while many certificates are issued.
 */
import { plainCause } from "../config/plain_cause.ts";
import type { Level } from "../report/event_text.ts";
import type { Host } from "./host.ts";

export interface LogOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly file?: string;
  /** Certificates that will be issued. */
  readonly expected: number;
}

/** From so many certificates on, a terminal shows one line that moves in place of a line for each. */
const MANY = 10;

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
    this.#moving = host.errIsTerminal && !options.quiet && options.expected >= MANY;
  }

  line(level: Level, text: string): void {
    this.append(level, text);
    if (level === "info" && (this.#options.quiet || (this.#moving && !this.#options.verbose))) {
      return;
    }
    this.#print(level, text);
  }

  /**
   * A step that failed. What fails for many subjects alike, such as a server that is down, is
   * printed for the first; for the quiet the summary alone tells of failures.
   */
  failure(text: string, reason: string): void {
    if (this.#options.quiet) this.append("error", text);
    else this.#once("error", text, reason);
  }

  /** What holds for many subjects alike, such as a lifetime that a role cut, is printed for the first. */
  warning(text: string, reason: string): void {
    this.#once("warning", text, reason);
  }

  #once(level: Level, text: string, reason: string): void {
    this.append(level, text);
    if (this.#said.has(reason) && !this.#options.verbose) return;
    this.#said.add(reason);
    this.#print(level, text);
  }

  #print(level: Level, text: string): void {
    this.#clear();
    this.#host.err(level === "info" ? `${text}\n` : `${level}: ${text}\n`);
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
    this.#host.err(`\r\x1b[2Kissuing ${this.#done} of ${this.#options.expected}`);
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
  append(level: Level, text: string): void {
    this.open();
    this.#toFile(() => this.#write?.(`${this.#host.now().toISOString()} ${level} ${text}\n`));
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
