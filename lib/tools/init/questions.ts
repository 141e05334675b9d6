/** One-line questions. Enter accepts the value in brackets. */
import { InvalidValue, type Reader } from "../../config/invalid_value.ts";
import { printable } from "../../text/quote.ts";

/** The user at a terminal. */
export interface Person {
  say(text: string): void;
  /** The typed line without its end. Undefined at the end of the input. */
  readLine(): string | undefined;
}

/** Asks until the answer is valid. Throws Error if the input ends. */
export function ask<T>(
  person: Person,
  question: string,
  suggestion: string | undefined,
  read: Reader<T>,
): T {
  const brackets = suggestion === undefined ? "" : ` [${suggestion}]`;
  for (;;) {
    person.say(`${printable(question + brackets)}: `);
    const line = person.readLine();
    if (line === undefined) {
      person.say("\n");
      throw new Error("No answer; nothing was written");
    }
    const text = line.trim() || suggestion || "";
    const answer = text === "" ? new InvalidValue("required") : read(text);
    if (!(answer instanceof InvalidValue)) return answer;
    person.say(`  ${answer.message}\n`);
  }
}

/** Asks a yes-or-no question. Enter means yes. */
export function askYes(person: Person, question: string): boolean {
  return ask(person, question, "Y/n", (text) => {
    if (/^(?:y\/n|y|yes)$/i.test(text)) return true;
    return /^no?$/i.test(text) ? false : new InvalidValue('Answer "y" or "n"');
  });
}
