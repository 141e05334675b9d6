/** Untrusted text in messages, and names in commands to type. */

// deno-lint-ignore no-control-regex -- control characters are what it looks for
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes untrusted text safe for a message: control characters, and marks that change the direction of
 * text (Unicode Technical Report 36, 2.6), become U+FFFD.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd");
}

/** The forms of Vault's and OpenBao's tokens, which must not be shown if they are in the wrong key. */
const TOKEN = /(?:^|[^A-Za-z0-9])(?:hv[sbr]|[sbr])\.[A-Za-z0-9_-]{8,}/;

/** Whether a text contains what looks like a token. */
export function looksLikeToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The text as a message may show it: in quotes, on one line, shortened, and never a token. */
export function quote(text: string): string {
  if (looksLikeToken(text)) return "[redacted]";
  // JSON escapes only some control characters.
  return printable(JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text));
}

/**
 * Whether the text would break a log line, a header or an argument. Also true for a lone surrogate,
 * which becomes U+FFFD when it is written, so that two names would be one file.
 */
export function hasControlCharacter(text: string): boolean {
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  return /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(text) || !text.isWellFormed();
}

/** A path or a name, quoted for a shell if necessary. */
export function shellWord(path: string): string {
  return /^[A-Za-z0-9_\/.:@%+=-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
