/**
 * Asks for a rename that cannot happen, to learn whether the entry could be renamed elsewhere. The
 * kernel tells last that the other directory has entries: after that the entry is immutable (EPERM),
 * or a mount point (EBUSY), or a directory of a lower layer of an overlay (EXDEV).
 */
import * as fs from "node:fs";
import { errorCode } from "../text/plain_cause.ts";

/** Codes of a rename over a directory that has entries, or by something that is not a directory. */
const OCCUPIED = ["ENOTEMPTY", "EEXIST", "EISDIR", "EXDEV"];

/**
 * @param filled A directory that is not empty, beside the entry.
 * @returns The code. Throws the system's error if the entry cannot be renamed.
 */
export function tryRename(from: string, filled: string): string | undefined {
  try {
    fs.renameSync(from, filled);
  } catch (error) {
    const code = errorCode(error);
    if (code !== undefined && OCCUPIED.includes(code)) return code;
    throw error;
  }
  throw new Error(`"${from}" was renamed to "${filled}", which the kernel must not do`);
}
