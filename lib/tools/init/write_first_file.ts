/**
 * Writes a file without replacing one: it is written whole and synced under a temporary name, then
 * named by a hard link. Unlike a rename, a link replaces nothing.
 */
import * as fs from "node:fs";
import { dirname, resolve } from "node:path";
import { plainCause } from "../../text/plain_cause.ts";
import { removeQuietly, syncDirectory, writeNewFile } from "../../host/atomic_write.ts";

/**
 * Only the owner can read the file. Its directory is created (0755) if only that one is missing.
 * Throws Error, and leaves nothing but that directory.
 */
export function writeFirstFile(path: string, text: string): void {
  const target = resolve(path);
  const temporary = `${target}.vcm-new`;
  try {
    makeDirectory(dirname(target));
    // Left by an interrupted run.
    removeQuietly(temporary);
    writeNewFile(temporary, text, { mode: 0o600 });
    try {
      nameIt(temporary, target);
    } finally {
      removeQuietly(temporary);
    }
    syncDirectory(dirname(target));
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${plainCause(error)}`, { cause: error });
  }
}

function makeDirectory(path: string): void {
  if (fs.existsSync(path)) return;
  fs.mkdirSync(path, { mode: 0o755 });
  // Regardless of the umask.
  fs.chmodSync(path, 0o755);
}

function nameIt(temporary: string, target: string): void {
  try {
    fs.linkSync(temporary, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Errors of file systems without hard links (link(2)).
    if (!["EPERM", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code ?? "")) throw error;
    if (fs.existsSync(target)) throw new Error("the file already exists", { cause: error });
    fs.renameSync(temporary, target);
  }
}
