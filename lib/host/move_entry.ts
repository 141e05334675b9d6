/** Moves an entry of a directory on overlayfs, which cannot rename a directory of a lower layer. */
import * as fs from "node:fs";
import { removeIfThere } from "./atomic_write.ts";
import { syncDirectory } from "./sync.ts";
import { isThere } from "./read.ts";

/**
 * Moves a file, or a directory entry by entry, with owner and mode; can be repeated after an
 * interruption. What is at the new place already stays, and the old file is removed. Throws the
 * system's error.
 */
export function moveEntry(from: string, to: string): void {
  const found = fs.lstatSync(from);
  if (!found.isDirectory()) return isThere(to) ? removeIfThere(from) : fs.renameSync(from, to);
  if (!isThere(to)) {
    fs.mkdirSync(to, { mode: 0o700 });
    fs.chownSync(to, found.uid, found.gid);
    fs.chmodSync(to, found.mode & 0o7777);
  }
  for (const entry of fs.readdirSync(from)) moveEntry(`${from}/${entry}`, `${to}/${entry}`);
  syncDirectory(to);
  fs.rmdirSync(from);
}
