/**
 * The record of files that services have yet to judge. It is there, synced, before the first of them
 * is replaced, and gone before the old ones are: whoever is killed in between leaves the next run
 * what it needs to put them back.
 */
import { plainCause } from "../text/plain_cause.ts";
import { pendingValidationFile, temporaryFile } from "./store_paths.ts";
import type { Replaced } from "./types.ts";
import { formatPendingValidation } from "./pending_validation_text.ts";
import type { Tell } from "./types.ts";
import { removeIfThere, removeQuietly, replaceFile } from "../host/atomic_write.ts";

/** Throws Error in plain words. */
export function writePendingValidation(
  certStore: string,
  name: string,
  replaced: readonly Replaced[],
): void {
  const path = pendingValidationFile(certStore, name);
  const how = { temporary: temporaryFile(path), mode: 0o600 };
  try {
    replaceFile(path, formatPendingValidation(replaced), how);
  } catch (error) {
    removeQuietly(path);
    throw new Error(`Cannot write "${path}": ${plainCause(error)}`, { cause: error });
  }
}

/** They are judged, or put back. What cannot be removed makes the next run put back and judge anew. */
export function forgetPendingValidation(certStore: string, name: string, tell: Tell): void {
  const path = pendingValidationFile(certStore, name);
  try {
    removeIfThere(path);
  } catch (error) {
    const message = `Cannot remove "${path}": ${plainCause(error)}; ` +
      "the next run lets its files be judged once more";
    tell({ kind: "warning", subject: name, message });
  }
}
