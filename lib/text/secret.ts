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
  const masked = maskParts(known.reduce(maskOne, text), known);
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

/** Characters in a row, white space aside, by which a part of a secret is known. */
const PART = 12;

/** Masks parts of secrets, also if they are broken into words, or written as Base64 for URLs. */
function maskParts(text: string, secrets: readonly string[]): string {
  const places = [...text.matchAll(/[^\s\ufffd]/g)].map(({ index }) => index);
  const plain = places.map((at) => text[at]).join("");
  const wholes = secrets.map((secret) => secret.replaceAll(" ", ""))
    .flatMap((secret) => [secret, secret.replaceAll("+", "-").replaceAll("/", "_")]);
  const masked: string[] = [];
  let [shown, from] = [0, -1];
  for (let at = 0; at <= plain.length; at++) {
    const part = plain.slice(at, at + PART);
    if (part.length === PART && wholes.some((whole) => whole.includes(part))) {
      if (from === -1) from = at;
      continue;
    }
    if (from === -1) continue;
    const end = at - 1 + PART;
    masked.push(text.slice(shown, places[from]), REDACTED);
    shown = (places[end - 1] ?? text.length) + 1;
    from = -1;
    at = end - 1;
  }
  return masked.join("") + text.slice(shown);
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
