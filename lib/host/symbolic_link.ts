/** Creates symbolic links by the host's `ln`: the runtime's own call needs permission for all files. */
import { LN, runSync } from "./run_sync.ts";

/**
 * @param text What the link contains.
 * @param path Must not exist.
 *
 * Throws Error with a message for users. Needs run permission for ln, which does the writing.
 */
export function makeSymbolicLink(text: string, path: string): void {
  // -n: if there is a directory at the path, no link must be created in it.
  const result = runSync(LN, ["-s", "-n", "--", text, path]);
  if (result?.success) return;
  const why = result === undefined ? '"ln" is not on this host' : result.failure;
  throw new Error(`cannot create the link "${path}": ${why}`);
}
