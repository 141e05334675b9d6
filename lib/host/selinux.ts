/**
 * Keeps the SELinux context of a file that is replaced: a new file would get that of its directory,
 * which the service may not be allowed to read.
 */
import { isThere } from "./read.ts";
import { CHCON, runSync } from "./run_command.ts";

/** Exists if SELinux is enabled (selinux(8)). */
export const SELINUX = "/sys/fs/selinux/enforce";

/**
 * Gives a new file the context of the file that it will replace, if there is one and SELinux is enabled.
 *
 * Throws Error with a message for users. Needs read permission for `SELINUX`, and run permission for chcon.
 */
export function keepContext(
  replaced: string,
  path: string,
  mark: string = SELINUX,
  chcon: readonly string[] = CHCON,
): void {
  if (!isThere(mark) || !isThere(replaced)) return;
  // -h: the context of a link itself, not of the file it points to.
  const result = runSync(chcon, ["-h", `--reference=${replaced}`, "--", path]);
  // A file system without contexts has none to keep. The only sign of it is chcon's message.
  if (result?.success || result?.failure.includes("not supported")) return;
  const why = result === undefined
    ? '"chcon" is not on this host; install coreutils'
    : result.failure;
  throw new Error(`cannot keep its SELinux context: ${why}`);
}
