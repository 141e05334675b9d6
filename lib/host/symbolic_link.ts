/** Makes symbolic links by the host's `ln`: the runtime's own call wants the right to all files. */
import { LN } from "./run_command.ts";
import { runAtOnce } from "./run_at_once.ts";

/**
 * Throws Error in plain words. Needs run permission for ln; it, not we, writes.
 *
 * @param text What the link says.
 * @param path Must be free.
 */
export function makeSymbolicLink(text: string, path: string): void {
  // Where a directory lies at the path, it must not be made in there.
  const fault = runAtOnce(LN, ["-s", "-n", "--", text, path]);
  if (fault === undefined) return;
  if (fault.kind === "none") {
    throw new Error(`cannot create the link "${path}": "ln" is not on this host`);
  }
  throw new Error(`cannot create the link "${path}": "${fault.program}" failed: ${fault.said}`);
}
