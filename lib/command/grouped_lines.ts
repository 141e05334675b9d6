/**
 * The lines of a run as a terminal shows them: those of one certificate below its name, although
 * several certificates are worked on at a time. Lines of the others wait until it is done.
 */
import type { Level } from "../report/event_text.ts";

export class GroupedLines {
  /** How many lines each certificate still has. */
  readonly #left: Map<string, number>;
  readonly #print: (text: string) => void;
  readonly #waiting = new Map<string, string[]>();
  #current: string | undefined;
  /** The name above the line that was printed last. */
  #heading: string | undefined;

  /** @param expected How many lines the steps of each certificate have if none fails. */
  constructor(expected: ReadonlyMap<string, number>, print: (text: string) => void) {
    this.#left = new Map(expected);
    this.#print = print;
  }

  /** @param text Begins with its subject and a colon. */
  say(level: Level, text: string): void {
    const end = text.indexOf(": ");
    const subject = text.slice(0, Math.max(0, end));
    const left = this.#left.get(subject);
    const word = level === "info" ? "" : `${level}: `;
    if (left === undefined) {
      this.flush();
      this.#heading = undefined;
      return this.#print(`${word}${text}\n`);
    }
    // A warning is no step, and after a failure nothing more is certain to come.
    this.#left.set(subject, level === "error" ? 0 : level === "warning" ? left : left - 1);
    const line = `  ${word}${text.slice(end + 2)}\n`;
    if (this.#current !== undefined && this.#current !== subject) {
      this.#waiting.set(subject, [...this.#waiting.get(subject) ?? [], line]);
      return;
    }
    if (this.#current === undefined) this.#begin(subject);
    this.#print(line);
    this.#next();
  }

  /** Prints all that waits, such as before a line about a service. */
  flush(): void {
    this.#current = undefined;
    for (const subject of this.#waiting.keys()) this.#begin(subject);
    this.#current = undefined;
  }

  /** While the certificate is done, the next one that waits has its turn. */
  #next(): void {
    while (this.#current !== undefined && (this.#left.get(this.#current) ?? 0) <= 0) {
      this.#current = undefined;
      const [subject] = this.#waiting.keys();
      if (subject !== undefined) this.#begin(subject);
    }
  }

  #begin(subject: string): void {
    this.#current = subject;
    if (this.#heading !== subject) this.#print(`${subject}\n`);
    this.#heading = subject;
    for (const line of this.#waiting.get(subject) ?? []) this.#print(line);
    this.#waiting.delete(subject);
  }
}
