// deno-lint-ignore no-control-regex -- control characters are what it looks for
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes untrusted text safe for a message: control characters, and marks that change the direction of
 * text (Unicode Technical Report 36, 2.6), become U+FFFD.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd");
}
