/** Text that came from a server, as it may stand in a log and on a terminal. */
import { printable } from "../../text/printable.ts";

/** A server's sentence is shorter. */
const LONGEST = 500;

/** One printable line with known secrets taken out: a proxy may echo what it was sent. */
export function plainLine(text: string, secrets: readonly string[]): string {
  // Marks go first, or one in the midst of a secret would hide it.
  return secrets
    .map(plain)
    .filter((secret) => secret.trim() !== "")
    // One may be a part of another, and would leave the rest of it.
    .sort((a, b) => b.length - a.length)
    .reduce((line, secret) => line.replaceAll(secret, "[redacted]"), plain(text))
    .trim()
    .slice(0, LONGEST);
}

/** Secrets too: in another form than the text they would not be found in it. */
function plain(text: string): string {
  return printable(text.replace(/\s+/g, " ")).replaceAll("\ufffd", "");
}
