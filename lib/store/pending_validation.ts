/**
 * The record of files that services have yet to judge. It is there, synced, before the first of them
 * is replaced, and gone before the old ones are: whoever is killed in between leaves the next run
 * what it needs to put them back.
 */
import * as fs from "node:fs";
import { plainCause } from "../text/plain_cause.ts";
import { pendingValidationFile, temporaryFile } from "./store_paths.ts";
import type { Replaced } from "./types.ts";
import { formatPendingValidation } from "./pending_validation_text.ts";
import type { Tell } from "./types.ts";
import { removeIfThere, removeQuietly, syncDirectory, writeNewFile } from "../host/atomic_write.ts";

/** Throws Error in plain words. */
export function writePendingValidation(
  certStore: string,
  name: string,
  replaced: readonly Replaced[],
): void {
  const path = pendingValidationFile(certStore, name);
  const temporary = temporaryFile(path);
  try {
    removeIfThere(temporary);
    writeNewFile(temporary, formatPendingValidation(replaced), { mode: 0o600 });
    fs.renameSync(temporary, path);
    syncDirectory(certStore);
  } catch (error) {
    for (const left of [temporary, path]) removeQuietly(left);
    throw new Error(`Cannot write "${path}": ${plainCause(error)}`, { cause: error });
  }
}

/**
 * The files are validated, or rolled back.
 *
 * @returns Whether the record is gone. If not, the next run rolls back and validates again, and needs
 *   what was kept.
 */
export function forgetPendingValidation(certStore: string, name: string, tell: Tell): boolean {
  const path = pendingValidationFile(certStore, name);
  try {
    removeIfThere(path);
    return true;
  } catch (error) {
    const message = `Cannot remove "${path}": ${plainCause(error)}; ` +
      "the next run lets its files be judged once more";
    tell({ kind: "warning", subject: name, message });
    return false;
  }
}
