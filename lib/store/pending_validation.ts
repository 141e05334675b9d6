/**
 * The record of replaced files that no service has validated yet. It is synced before the first of
 * them is replaced and removed before the old ones are, so the run after a crash can roll back.
 */
import { removeIfThere } from "../host/atomic_write.ts";
import { causeAndFix, plainCause } from "../text/plain_cause.ts";
import { formatPendingValidation } from "./record_text.ts";
import { writeRecord } from "./record_file.ts";
import { pendingValidationFile } from "./store_paths.ts";
import type { Replaced, Tell } from "./types.ts";

/** Throws Error in plain words. */
export async function writePendingValidation(
  certStore: string,
  name: string,
  replaced: readonly Replaced[],
): Promise<void> {
  const path = pendingValidationFile(certStore, name);
  try {
    await writeRecord(path, formatPendingValidation(replaced), { isNew: true });
  } catch (error) {
    const message = `Cannot write the pending validation "${path}": ${causeAndFix(error, path)}`;
    throw new Error(message, { cause: error });
  }
}

/**
 * To be called once the files are validated or rolled back.
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
    const message = `Cannot remove the pending validation "${path}": ${plainCause(error)}; ` +
      "the next run validates its files again";
    tell({ kind: "warning", subject: name, message });
    return false;
  }
}
