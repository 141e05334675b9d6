/**
 * Writes a file where there is none: whole and synced under a temporary name, and then given its
 * name by a hard link, which, unlike a rename, replaces nothing.
 */
import * as fs from "node:fs";
import { dirname, resolve } from "node:path";
import { plainCause } from "../../text/plain_cause.ts";
import { removeQuietly, syncDirectory, writeNewFile } from "../../host/atomic_write.ts";

/**
 * The file can be read by its owner only; its directory is made (0755) where only that is missing.
 * Throws Error, with nothing left behind but that directory.
 */
export function writeFirstFile(path: string, text: string): void {
  const target = resolve(path);
  const temporary = `${target}.vcm-new`;
  try {
    makeDirectory(dirname(target));
    // What a killed one left.
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
  // Whatever the umask has taken away.
  fs.chmodSync(path, 0o755);
}

function nameIt(temporary: string, target: string): void {
  try {
    fs.linkSync(temporary, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // File systems without hard links say one of these (link(2)).
    if (!["EPERM", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code ?? "")) throw error;
    if (fs.existsSync(target)) throw new Error("the file already exists", { cause: error });
    fs.renameSync(temporary, target);
  }
}
