import { quote } from "../text/quote.ts";

/** What a reader returns instead of a value: what is wrong and what is expected. */
export class InvalidValue {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Converts the text of one scalar into the value of its field. */
export type Reader<T> = (text: string) => T | InvalidValue;

/** For a value of another kind than expected. */
export function expected(wanted: string, text: string): InvalidValue {
  return new InvalidValue(text === "" ? "has no value" : `expected ${wanted}, got ${quote(text)}`);
}
