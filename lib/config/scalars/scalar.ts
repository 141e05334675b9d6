/**
 * Scalar types: what one value of the file may be. A type says in one place how its text is read and
 * what messages, documents and editors say of it.
 */
import { quote } from "../../text/quote.ts";
import { nearest } from "../../text/suggest.ts";

/** What a reader returns instead of a value: what is wrong and what is expected. */
export class InvalidValue {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Converts the text of one scalar into the value of its key. */
export type Reader<T> = (text: string) => T | InvalidValue;

/** Keywords of JSON Schema. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** One scalar. */
export interface Scalar<T> {
  /** Never set; carries the type. */
  readonly type?: T;
  readonly kind: "scalar";
  readonly read: Reader<T>;
  /** The words of documents for one value, and for several if the plural does not just add an "s". */
  readonly words: string;
  readonly many?: string | undefined;
  /**
   * What editors check. It accepts all that is read, and may accept more: an editor gives a value its
   * YAML type first, so that `0640` is a number, and so is a name such as `1e3`.
   */
  readonly editor: () => JsonSchema;
  /** A value as the file has it. */
  show(value: T): unknown;
}

/** How a scalar type is made. */
interface ScalarType<T> {
  readonly words: string;
  readonly many?: string;
  /** For messages: `expected WANTED, got "x"`. */
  readonly wanted: string;
  /** A message for some of the texts that are refused, which says more. */
  readonly explain?: (text: string) => string | undefined;
  /** The value may be a secret, so no message shows it. */
  readonly isHidden?: boolean;
  /**
   * What each text matches; without flags, which JSON Schema does not have. A function for a pattern
   * that is put together: few runs need it.
   */
  readonly pattern: RegExp | (() => RegExp);
  /** The value of a text that matches; `undefined` if it is not what is wanted. */
  readonly parse: (text: string) => T | undefined;
  /** Further keywords for editors; absent: only strings are expected. */
  readonly editor?: JsonSchema;
  /** A value as the file has it, if it is read as something else. */
  readonly show?: (value: T) => unknown;
}

export function scalar<T>(
  { words, many, wanted, explain, isHidden, pattern, parse, editor, show = itself }: ScalarType<T>,
): Scalar<T> {
  let made: RegExp | undefined;
  const matching = () => made ??= typeof pattern === "function" ? pattern() : pattern;
  return {
    kind: "scalar",
    words,
    many,
    read: (text) => {
      const value = matching().test(text) ? parse(text) : undefined;
      if (value !== undefined) return value;
      const message = text === "" ? NO_VALUE : explain?.(text);
      return new InvalidValue(
        message || (isHidden ? `expected ${wanted}` : expected(wanted, text)),
      );
    },
    editor: () => ({ type: "string", pattern: matching().source, ...editor }),
    show,
  };
}

function itself(value: unknown): unknown {
  return value;
}

const NO_VALUE = "has no value";

/** Editors take a name of digits for a number, and `true` for a boolean. */
export const ANY_SCALAR = { type: ["string", "number", "boolean"] };

/** The pattern of a word in any case: JSON Schema has no flags. */
export function caseless(word: string): string {
  return word.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);
}

/** For `parse` of a type whose pattern says all. */
export function asIs(text: string): string {
  return text;
}

/** One of a closed set of words. */
export function oneOf<T extends string>(words: readonly T[]): Scalar<T> {
  const known: ReadonlySet<string> = new Set(words);
  return {
    kind: "scalar",
    words: words.map((word) => `\`${word}\``).join(", "),
    read: (text) => {
      if (known.has(text)) return text as T;
      const guess = nearest(text, words);
      const message = expected(`one of ${words.join(", ")}`, text);
      if (text === "") return new InvalidValue(NO_VALUE);
      return new InvalidValue(
        guess === undefined ? message : `${message}; did you mean "${guess}"?`,
      );
    },
    editor: () => ({ enum: words }),
    show: itself,
  };
}

/** The message for a value of another kind than expected. */
export function expected(wanted: string, text: string): string {
  return `expected ${wanted}, got ${quote(text)}`;
}
