/** Reads a file that is open, whole: what is judged by its facts and what is read are one file. */

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
const MAX_BYTES = 4 * 1024 * 1024;

/** Reads a regular file of at most 4 MiB, links followed. Throws Error, the system's or in its kind. */
export function readRegularFile(path: string): FileText {
  // Before it is opened: to open a pipe would wait for somebody to write into it.
  requireRegular(Deno.statSync(path));
  using file = Deno.openSync(path, { read: true });
  const info = file.statSync();
  requireRegular(info);
  const text = new TextDecoder().decode(readAll(file, info.size));
  return { text, mode: (info.mode ?? 0) & 0o7777 };
}

function requireRegular({ isFile, isDirectory, size }: Deno.FileInfo): void {
  if (isDirectory) throw new Error("Is a directory");
  if (!isFile) throw new Error("Is no regular file");
  if (size > MAX_BYTES) throw new Error("Is bigger than 4 MiB");
}
