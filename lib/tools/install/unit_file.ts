/** Files of units: each is replaced whole, mode 0644, and lasts once the call returns. */
import { plainCause } from "../../text/plain_cause.ts";
import { directoryOf } from "../../text/path.ts";
import { temporaryFile } from "../../store/store_paths.ts";
import { removeIfThere, replaceFile, syncDirectory } from "../../host/atomic_write.ts";

/** Throws Error in plain words; then what was there is there. Needs write permission beside it too. */
export function writeUnitFile(path: string, text: string): void {
  try {
    replaceFile(path, text, { temporary: temporaryFile(path), mode: 0o644 });
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${plainCause(error)}`, { cause: error });
  }
}

/** Throws Error in plain words. */
export function removeUnitFile(path: string): void {
  try {
    removeIfThere(path);
    syncDirectory(directoryOf(path));
  } catch (error) {
    throw new Error(`Cannot remove "${path}": ${plainCause(error)}`, { cause: error });
  }
}
