/** Questions of one line each; Enter takes what is in brackets. */
import { InvalidValue, type Reader } from "../../config/invalid_value.ts";
import { printable } from "../../text/printable.ts";

/** A person at a terminal. */
export interface Person {
  say(text: string): void;
  /** What was typed, without the end of the line; undefined where nobody types any more. */
  readLine(): string | undefined;
}

/** Asks until the answer can be read. Throws Error where there is no answer. */
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
      throw new Error("There was no answer; nothing was written");
    }
    const answer = read(line.trim() || suggestion || "");
    if (!(answer instanceof InvalidValue)) return answer;
    person.say(`  ${answer.message}\n`);
  }
}

/** Asks for a yes or a no; Enter is a yes. */
export function askYes(person: Person, question: string): boolean {
  return ask(person, question, "Y/n", (text) => {
    if (/^(?:y\/n|y|yes)$/i.test(text)) return true;
    return /^no?$/i.test(text) ? false : new InvalidValue('Answer "y" or "n"');
  });
}
