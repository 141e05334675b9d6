import * as fs from "node:fs";
import { removeIfThere, removeQuietly, syncDirectory, writeNewFile } from "../host/atomic_write.ts";
import { directoryOf } from "../text/path.ts";
import { temporaryFile } from "./store_paths.ts";

export interface RecordWrite {
  /** There is no such record yet, so a failure leaves none. */
  readonly isNew: boolean;
  /** Modification time; absent: now. */
  readonly time?: Date;
}

/** Writes a record into the store, whole and synced. Throws the system's error. */
export function writeRecord(path: string, text: string, { isNew, time }: RecordWrite): void {
  const temporary = temporaryFile(path);
  try {
    removeIfThere(temporary);
    writeNewFile(temporary, text, { mode: 0o600 });
    if (time !== undefined) fs.utimesSync(temporary, time, time);
    fs.renameSync(temporary, path);
    syncDirectory(directoryOf(path));
  } catch (error) {
    for (const left of isNew ? [temporary, path] : [temporary]) removeQuietly(left);
    throw error;
  }
}
