/** Text that came from a server, as it may stand in a log and on a terminal. */
import { printable } from "../../config/printable.ts";

/** A server's sentence is shorter. */
const LONGEST = 500;

/** One printable line with known secrets taken out: a proxy may echo what it was sent. */
export function plainLine(text: string, secrets: readonly string[]): string {
  // Marks go first, or one in the midst of a secret would hide it.
  const line = printable(text.replace(/\s+/g, " ")).replaceAll("\ufffd", "").trim();
  return secrets
    .filter((secret) => secret !== "")
    .reduce((line, secret) => line.replaceAll(secret, "[redacted]"), line)
    .slice(0, LONGEST);
}
