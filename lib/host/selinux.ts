/**
 * Keeps the SELinux context of a file that is replaced: a new file would get that of its directory,
 * which the service may not be allowed to read.
 */
import { isThere } from "./read.ts";
import { CHCON, runSync } from "./run_sync.ts";

/** Exists if SELinux is enabled (selinux(8)). */
export const SELINUX = "/sys/fs/selinux/enforce";

/** Whether a new file needs the context of the one that it will replace. Needs read permission for both. */
export function hasContext(replaced: string, mark: string = SELINUX): boolean {
  return isThere(mark) && isThere(replaced);
}

/**
 * Gives a new file the context of the file that it will replace.
 *
 * Throws Error with a message for users. Needs run permission for chcon, which does the writing.
 */
export function copyContext(
  replaced: string,
  path: string,
  chcon: readonly string[] = CHCON,
): void {
  // -h: the context of a link itself, not of the file it points to.
  const result = runSync(chcon, ["-h", `--reference=${replaced}`, "--", path]);
  // A file system without contexts has none to keep. The only sign of it is chcon's message.
  if (result?.success || result?.failure.includes("not supported")) return;
  const why = result === undefined
    ? '"chcon" is not on this host; install coreutils'
    : result.failure;
  throw new Error(`cannot keep its SELinux context: ${why}`);
}
