import { type Ownership, removeIfThere, writeNewFile } from "./atomic_write.ts";
import { isThere } from "./read.ts";

/**
 * As `writeNewFile()`, in place of what an interrupted run may have left. Nothing is looked for before
 * that: to learn that a file is absent costs as much as to write one. Needs the lock.
 */
export async function rewriteFile(
  path: string,
  content: string | Uint8Array,
  ownership: Ownership,
): Promise<void> {
  try {
    await writeNewFile(path, content, ownership);
  } catch (error) {
    if (!isThere(path)) throw error;
    removeIfThere(path);
    await writeNewFile(path, content, ownership);
  }
}
