/** Untrusted text in messages, and names in commands to type. */

/**
 * Format control characters (category Cf) and line separators, some of which change the direction of
 * text or are not seen (Unicode Technical Report 36, 2.6). By numbers, because \p{Cf} is slow to load.
 */
const FORMAT =
  "[\\xad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u180e\\u200b-\\u200f" +
  "\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]|\\ud804[\\udcbd\\udccd]|" +
  "\\ud80d[\\udc30-\\udc3f]|\\ud82f[\\udca0-\\udca3]|\\ud834[\\udd73-\\udd7a]|" +
  "\\udb40[\\udc01\\udc20-\\udc7f]";
const FORMATS = new RegExp(FORMAT, "g");
const UNPRINTABLE = new RegExp(`[\\x00-\\x1f\\x7f-\\x9f]|${FORMAT}`, "g");

/** Makes untrusted text safe for a message: control and format characters become U+FFFD. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd");
}

/**
 * Text of which some is a name of the configuration, as it may be shown: with format characters as
 * `\u202e`, which is also what JSON allows.
 */
export function escapeFormat(text: string): string {
  return text.replace(
    FORMATS,
    (found) =>
      found.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join(
        "",
      ),
  );
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
  return printable(escapeFormat(JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)));
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
