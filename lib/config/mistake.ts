import { quote } from "../text/quote.ts";

/** What a field's reader returns instead of a value: what is wrong and what would be right. */
export class Mistake {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Turns the text of one scalar into the value that its field holds. */
export type Reader<T> = (text: string) => T | Mistake;

/** The mistake of a value that is not of the wanted kind. */
export function expected(wanted: string, text: string): Mistake {
  return new Mistake(text === "" ? "has no value" : `expected ${wanted}, got ${quote(text)}`);
}
