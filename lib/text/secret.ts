import { printable } from "./quote.ts";

/** A text that must not appear in logs, errors, JSON or argument lists: it prints as `[redacted]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself; call it only to send it to the server, or to encrypt. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return REDACTED;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

/**
 * Replaces secrets in a text for a message, also the beginning of one at which the text was cut.
 *
 * @param line One line, printable.
 */
export function redact(line: string, secrets: Iterable<string>): string {
  // Longest first: a secret that is part of another one would leave the rest of it.
  const known = [...new Set([...secrets].map(oneLine))].filter((secret) => secret.trim() !== "")
    .sort((a, b) => b.length - a.length);
  // A control character inside a secret would hide it.
  const plain = oneLine(line);
  const text = known.some((secret) => plain.includes(secret)) ? plain : line;
  const masked = known.reduce(maskOne, text);
  if (!masked.endsWith(CUT)) return masked;
  const rest = masked.slice(0, -CUT.length);
  const longest = Math.max(...known.map((secret) => sharedEnd(rest, secret)), 0);
  return longest < SHORT ? masked : `${rest.slice(0, -longest)}${REDACTED}${CUT}`;
}

/** Characters; what is shorter is found as a word only, because it would be found everywhere. */
const SHORT = 4;

function maskOne(text: string, secret: string): string {
  if (secret.length >= SHORT) return text.replaceAll(secret, REDACTED);
  return text.split(" ").map((word) => word === secret ? REDACTED : word).join(" ");
}

const REDACTED = "[redacted]";

/** At the end of a text that was cut. */
const CUT = "…";

/** How many characters at the end of a text are the beginning of a secret. */
function sharedEnd(text: string, secret: string): number {
  let length = Math.min(text.length, secret.length - 1);
  while (length > 0 && !text.endsWith(secret.slice(0, length))) length--;
  return length;
}

/**
 * One printable line. Control characters go, because one inside a secret would hide it; white space
 * becomes single spaces.
 */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, " ")).replaceAll("\ufffd", "");
}
