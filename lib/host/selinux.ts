/**
 * Keeps the SELinux context of a file that is replaced: a new one would get that of its directory, which
 * a service may not be allowed to read.
 */
import { CHCON } from "./run_command.ts";
import { isThere } from "./is_there.ts";
import { runAtOnce } from "./run_at_once.ts";

/** There where SELinux is on (selinux(8)). */
export const SELINUX = "/sys/fs/selinux/enforce";

/**
 * Gives a new file the context of the one that it will replace, where there is one and SELinux is on.
 *
 * Throws Error in plain words. Needs read permission for `SELINUX`, and run permission for chcon.
 */
export function keepContext(
  replaced: string,
  path: string,
  mark: string = SELINUX,
  chcon: readonly string[] = CHCON,
): void {
  if (!isThere(mark) || !isThere(replaced)) return;
  // Of a link itself, not of what it leads to.
  const fault = runAtOnce(chcon, ["-h", `--reference=${replaced}`, "--", path]);
  // A file system without contexts has none to keep.
  if (fault === undefined || (fault.kind === "failed" && /not supported/.test(fault.said))) return;
  const why = fault.kind === "none"
    ? `"chcon" is not on this host; install coreutils`
    : `"${fault.program}" failed: ${fault.said}`;
  throw new Error(`cannot keep its SELinux context: ${why}`);
}
