/**
 * Rewrites files of a stored set in clean form, each by one rename. What they hold stays the same, so
 * a reader that sees some of them old and some new sees one set.
 */
import * as fs from "node:fs";
import type { Part } from "../certificate/types.ts";
import { directoryOf } from "../text/path.ts";
import { removeIfThere, removeQuietly, writeNewFile } from "../host/atomic_write.ts";
import { syncDirectory } from "../host/sync.ts";
import { readText } from "../host/read.ts";
import { cleanTexts } from "./clean_set.ts";
import { storedFile, temporaryFile } from "./store_paths.ts";

/**
 * Returns the parts that were written. Throws the system's error, or Error in plain words; the next run
 * then writes the rest.
 */
export async function rewriteSet(certStore: string, name: string): Promise<readonly Part[]> {
  const path = (part: Part) => storedFile(certStore, name, part);
  const files = cleanTexts((part) => {
    const text = readText(path(part));
    if (text.kind === "unreadable") throw new Error(text.problem);
    return text;
  });
  for (const { part, text } of files) await replace(path(part), text);
  if (files.length > 0) syncDirectory(directoryOf(path("cert")));
  return files.map(({ part }) => part);
}

/** Owner, group and mode stay, and a link is replaced by a file. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = temporaryFile(path);
  removeIfThere(temporary);
  const { uid, gid, mode } = fs.statSync(path);
  await writeNewFile(temporary, text, { uid, gid, mode: mode & 0o777 });
  try {
    fs.renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}
