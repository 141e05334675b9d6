/** Files with secrets must not be accessible to their group or to others. */
import { octal } from "../text/octal.ts";
import { shellWord } from "../text/quote.ts";

/** Why a file with a secret is not used; undefined if only its owner can access it. */
export function openSecret(path: string, mode: number): string | undefined {
  if ((mode & 0o077) === 0) return undefined;
  const who = (mode & 0o007) !== 0 ? "every user" : "its group";
  return `"${path}" holds a secret and is open to ${who} (mode ${octal(mode)}), ` +
    `so it is not used; fix: chmod 600 ${shellWord(path)}`;
}
