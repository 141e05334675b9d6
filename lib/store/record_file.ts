import { removeQuietly, replaceFile } from "../host/atomic_write.ts";
import { temporaryFile } from "./store_paths.ts";

export interface RecordWrite {
  /** There is no such record yet, so a failure leaves none. */
  readonly isNew: boolean;
  /** Modification time; absent: now. */
  readonly time?: Date | undefined;
}

/** Writes a record into the store, whole and synced. Throws the system's error. */
export async function writeRecord(
  path: string,
  text: string,
  { isNew, time }: RecordWrite,
): Promise<void> {
  try {
    await replaceFile(path, text, { temporary: temporaryFile(path), mode: 0o600, time });
  } catch (error) {
    if (isNew) removeQuietly(path);
    throw error;
  }
}
