/** Reads files that are open, whole: what is judged by its facts and what is read are one file. */
import * as fs from "node:fs";

/** @param size As the open file's facts have it. Throws the system's error. */
export function readAll(file: Deno.FsFile, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const count = file.readSync(bytes.subarray(filled));
    // Cut shorter since it was measured: what is left of it is read.
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** A file's text and its permission bits. */
export interface FileText {
  readonly text: string;
  readonly mode: number;
}

/** The host's bundle of authorities has a quarter of a MiB, and some have each in words as well. */
export const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads a regular file of at most 4 MiB, links followed. No pipe is waited for, also where somebody
 * puts one into its place meanwhile. Throws Error, the system's or in its kind.
 */
export function readRegularFile(path: string): FileText {
  const { bytes, mode } = readRegularBytes(path);
  return { text: new TextDecoder().decode(bytes), mode };
}

/** The same, as bytes. */
export function readRegularBytes(
  path: string,
): { readonly bytes: Uint8Array; readonly mode: number } {
  // Before it is opened: to open a device may do something.
  requireRegular(Deno.statSync(path));
  const file = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const found = fs.fstatSync(file);
    const [isFile, isDirectory] = [found.isFile(), found.isDirectory()];
    requireRegular({ isFile, isDirectory, size: found.size });
    const bytes = new Uint8Array(found.size);
    let filled = 0;
    for (let count = 1; count > 0 && filled < bytes.length; filled += count) {
      count = fs.readSync(file, bytes, filled, bytes.length - filled, null);
    }
    return { bytes: bytes.subarray(0, filled), mode: found.mode & 0o7777 };
  } finally {
    fs.closeSync(file);
  }
}

function requireRegular(
  { isFile, isDirectory, size }: Pick<Deno.FileInfo, "isFile" | "isDirectory" | "size">,
): void {
  if (isDirectory) throw new Error("Is a directory");
  if (!isFile) throw new Error("Is not a regular file");
  if (size > MAX_BYTES) throw new Error("Is larger than 4 MiB");
}
