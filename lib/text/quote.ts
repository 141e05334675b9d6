/** Text of others in messages. */
import { printable } from "./printable.ts";

/** The shapes of Vault's and OpenBao's tokens; one that strayed into another key must not be shown. */
const TOKEN = /(?:^|[^A-Za-z0-9])(?:hv[sbr]|[sbr])\.[A-Za-z0-9_-]{8,}/;

/** True for what looks like a token, wherever it stands. */
export function looksLikeToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The text as a message may show it: in quotes, on one line, short, and never a token. */
export function quote(text: string): string {
  if (looksLikeToken(text)) return "[redacted]";
  // JSON has escapes for some control characters only.
  return printable(JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text));
}

/**
 * True where the text would break a line of a log, a header or an argument. Half a character too:
 * written down it becomes U+FFFD, so that two names would be one file.
 */
export function hasControlCharacter(text: string): boolean {
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  return /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(text) || !text.isWellFormed();
}
