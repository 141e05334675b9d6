/** Text from a server, made safe for a log and a terminal. */
import { printable } from "../../text/quote.ts";

/** Sentences of a server are shorter. */
const LONGEST = 500;

/** One printable line without known secrets. A proxy may echo what it received. */
export function plainLine(text: string, secrets: readonly string[]): string {
  // Control characters are removed first: one inside a secret would hide it.
  return secrets
    .map(plain)
    .filter((secret) => secret.trim() !== "")
    // Longest first: a secret that is part of another one would leave the rest of it.
    .sort((a, b) => b.length - a.length)
    .reduce((line, secret) => line.replaceAll(secret, "[redacted]"), plain(text))
    .trim()
    .slice(0, LONGEST);
}

/** Secrets are normalized too. Otherwise they would not be found in the normalized text. */
function plain(text: string): string {
  return printable(text.replace(/\s+/g, " ")).replaceAll("\ufffd", "");
}
