import { quote } from "../text/quote.ts";

/** What a field's reader returns instead of a value: what is wrong and what would be right. */
export class InvalidValue {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Turns the text of one scalar into the value that its field holds. */
export type Reader<T> = (text: string) => T | InvalidValue;

/** The mistake of a value that is not of the wanted kind. */
export function expected(wanted: string, text: string): InvalidValue {
  return new InvalidValue(text === "" ? "has no value" : `expected ${wanted}, got ${quote(text)}`);
}
