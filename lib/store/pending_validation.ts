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
    throw new Error(`Cannot write the pending validation "${path}": ${plainCause(error)}`, {
      cause: error,
    });
  }
}

/** They are judged, or put back. What cannot be removed makes the next run put back and judge anew. */
export function forgetPendingValidation(certStore: string, name: string, tell: Tell): void {
  const path = pendingValidationFile(certStore, name);
  try {
    removeIfThere(path);
  } catch (error) {
    const message = `Cannot remove the pending validation "${path}": ${plainCause(error)}; ` +
      "the next run validates its files again";
    tell({ kind: "warning", subject: name, message });
  }
}
