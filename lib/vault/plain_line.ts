/** Text that came from elsewhere, as it may stand in a log and on a terminal. */

/** A server's sentence is shorter. */
const LONGEST = 500;

/**
 * One line without control characters and marks that turn the direction of text (Unicode's Cc and
 * bidi controls), with known secrets taken out: a proxy may echo what it was sent.
 */
export function plainLine(text: string, secrets: readonly string[]): string {
  const clean = secrets.reduce(
    (text, secret) => secret === "" ? text : text.replaceAll(secret, "[redacted]"),
    text,
  );
  return clean
    .replace(/\s+/g, " ")
    // deno-lint-ignore no-control-regex -- control characters are what it takes out
    .replace(/[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .trim()
    .slice(0, LONGEST);
}
