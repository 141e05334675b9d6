/** Readers of durations, booleans, numbers, modes, owners and secrets. */
import { parseDuration, parseTimeLimit } from "../text/duration.ts";
import { expected, InvalidValue, type Reader } from "./invalid_value.ts";
import { hasControlCharacter } from "../text/quote.ts";
import { Secret } from "../text/secret.ts";
import { nearest } from "../text/suggest.ts";
import type { RenewalWindow } from "../certificate/types.ts";

const DURATION = `a duration such as "14d"`;

/** A duration in seconds. */
export function readDuration(text: string): number | InvalidValue {
  return parseDuration(text) ?? expected(DURATION, text);
}

/** A time limit in seconds. */
export function readTimeLimit(text: string): number | InvalidValue {
  return parseTimeLimit(text) ?? expected(`a time from "1s" to "1h", such as "60s"`, text);
}

/** Seconds in a day. */
export const LONGEST_RUN = 86_400;

/** The time limit of a run in seconds. */
export function readRunLimit(text: string): number | InvalidValue {
  const seconds = parseDuration(text);
  return seconds !== undefined && seconds <= LONGEST_RUN
    ? seconds
    : expected(`a time from "1s" to "1d", such as "1h"`, text);
}

/** A duration, or a share of the lifetime such as `33%`. */
export function readRenew(text: string): RenewalWindow | InvalidValue {
  if (text.endsWith("%")) {
    const percent = /^\d+(?:\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : 0;
    if (percent > 0 && percent < 100) return { kind: "share", percent };
    return expected(`a share above 0% and below 100%, such as "33%"`, text);
  }
  const seconds = parseDuration(text);
  if (seconds === undefined) return expected(`${DURATION} or a share such as "33%"`, text);
  if (/^\d+$/.test(text) && seconds < 100) {
    return new InvalidValue(
      `${text} without a unit means seconds; did you mean "${text}d" or "${text}%"?`,
    );
  }
  return { kind: "duration", seconds };
}

/** `true` or `false`. The yes, no, on and off of YAML 1.1 are refused, because parsers disagree on them. */
export function readBoolean(text: string): boolean | InvalidValue {
  if (text === "true") return true;
  if (text === "false") return false;
  return expected("true or false", text);
}

/** A whole number that may be negative. */
export function readInteger(text: string): number | InvalidValue {
  return /^-?\d{1,9}$/.test(text) ? Number(text) : expected(`a whole number such as 10`, text);
}

/** A small number of something, such as retries. */
export function readCount(text: string): number | InvalidValue {
  return /^\d{1,2}$/.test(text) ? Number(text) : expected("a whole number from 0 to 99", text);
}

/** Permission bits, always octal. */
export function readMode(text: string): number | InvalidValue {
  const digits = /^(?:0o)?([0-7]{1,8})$/.exec(text)?.[1];
  const mode = digits === undefined ? Infinity : parseInt(digits, 8);
  return mode <= 0o7777 ? mode : expected(`an octal mode such as "0640"`, text);
}

/** A reader with the words that it takes, for schema and help. */
export type WordReader<T extends string> = Reader<T> & { readonly words: readonly T[] };

/** One of a closed set of words. */
export function readOneOf<T extends string>(words: readonly T[]): WordReader<T> {
  const known: ReadonlySet<string> = new Set(words);
  const read = (text: string) => {
    if (known.has(text)) return text as T;
    const guess = nearest(text, words);
    const wanted = expected(`one of ${words.join(", ")}`, text);
    return guess === undefined
      ? wanted
      : new InvalidValue(`${wanted.message}; did you mean "${guess}"?`);
  };
  return Object.assign(read, { words });
}

/** A user or a group, by name or by number; looked up only when it is needed. */
export function readAccount(text: string): string | InvalidValue {
  if (text.includes(":")) {
    return new InvalidValue(`expected one name; set the user as "owner" and the group as "group"`);
  }
  // getent, which looks the name up, would read a leading "-" as an option.
  if (text === "" || text.trim() !== text || text.startsWith("-") || hasControlCharacter(text)) {
    return expected("a name or a number", text);
  }
  return text;
}

/** The name of an entry of a keystore; the format has only characters of two bytes. */
export function readAlias(text: string): string | InvalidValue {
  const isPlain = text !== "" && text.trim() === text && !/[\ud800-\udfff]/.test(text);
  return isPlain && text.length <= 200 && !hasControlCharacter(text)
    ? text
    : expected(`a name such as "tomcat"`, text);
}

/** A secret; its error message never shows it. */
export function readSecret(text: string): Secret | InvalidValue {
  if (text === "") return new InvalidValue("has no value");
  // JSON could carry a line break, but here it is always an editing error.
  if (hasControlCharacter(text)) {
    return new InvalidValue("expected one line without control characters");
  }
  return new Secret(text);
}
