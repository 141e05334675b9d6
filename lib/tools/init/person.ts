/** One-line questions at the terminal. Enter accepts the value in brackets. */
import { InvalidValue } from "../../config/scalars/scalar.ts";
import { printable } from "../../text/quote.ts";

/** The user at a terminal. */
export interface Person {
  say(text: string): void;
  /** The typed line without its end. Undefined at the end of the input. */
  readLine(): string | undefined;
  /** The same, but the terminal does not show what is typed. @param show Shows the question. */
  readSecret(show: () => void): string | undefined;
}

/** Converts an answer, or says what is wrong with it. */
export type ReadAnswer<T> = (text: string) => T | InvalidValue | Promise<T | InvalidValue>;

/** Asks until the answer is valid. Throws Error if the input ends. */
export async function ask<T>(
  person: Person,
  question: string,
  suggestion: string | undefined,
  read: ReadAnswer<T>,
  isSecret = false,
): Promise<T> {
  const brackets = suggestion === undefined ? "" : ` [${suggestion}]`;
  for (;;) {
    const show = () => person.say(`${printable(question + brackets)}: `);
    if (!isSecret) show();
    const line = isSecret ? person.readSecret(show) : person.readLine();
    if (line === undefined) {
      person.say("\n");
      throw new Error("No answer; nothing was written");
    }
    const text = line.trim() || suggestion || "";
    const answer = text === "" ? new InvalidValue("required") : await read(text);
    if (!(answer instanceof InvalidValue)) return answer;
    person.say(`  ${printable(answer.message)}\n`);
  }
}

/** Asks a yes-or-no question. @param usual What Enter means. */
export function askYes(person: Person, question: string, usual = true): Promise<boolean> {
  return ask(person, question, usual ? "Y/n" : "y/N", (text) => {
    if (text === "Y/n" || text === "y/N") return usual;
    if (/^y(?:es)?$/i.test(text)) return true;
    return /^no?$/i.test(text) ? false : new InvalidValue('Answer "y" or "n"');
  });
}
