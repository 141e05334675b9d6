/** Reads whole files through one open file, so that the file that is checked is the file that is read. */
import * as fs from "node:fs";
import { octal } from "../text/octal.ts";
import { shellWord } from "../text/quote.ts";

/** @param size The open file's size. Throws the system's error. */
export function readAll(file: Deno.FsFile, size: number): Uint8Array {
  return fill(size, (rest) => file.readSync(rest) ?? 0);
}

/** Reads until the buffer is full or the file ends; it may have been truncated since it was measured. */
export function fill(size: number, read: (rest: Uint8Array) => number): Uint8Array {
  const bytes = new Uint8Array(size);
  let filled = 0;
  for (let count = 1; count > 0 && filled < size; filled += count) {
    count = read(bytes.subarray(filled));
  }
  return bytes.subarray(0, filled);
}

/** A file's text and its permission bits. */
export interface FileText {
  readonly text: string;
  readonly mode: number;
}

/** A host's bundle of CAs has a quarter of a MiB; some list each CA in text as well. */
export const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads a regular file of at most 4 MiB; links are followed. It does not block on a pipe, even if one
 * takes the file's place meanwhile. Throws the system's error or one like it.
 */
export function readRegularFile(path: string): FileText {
  const { bytes, mode } = readRegularBytes(path);
  return { text: new TextDecoder().decode(bytes), mode };
}

/** The same, as bytes. */
export function readRegularBytes(
  path: string,
): { readonly bytes: Uint8Array; readonly mode: number } {
  // Checked before opening too: opening a device may have effects.
  requireRegular(Deno.statSync(path));
  const file = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const found = fs.fstatSync(file);
    const [isFile, isDirectory] = [found.isFile(), found.isDirectory()];
    requireRegular({ isFile, isDirectory, size: found.size });
    const bytes = fill(found.size, (rest) => fs.readSync(file, rest, 0, rest.length, null));
    return { bytes, mode: found.mode & 0o7777 };
  } finally {
    fs.closeSync(file);
  }
}

function requireRegular(found: Pick<Deno.FileInfo, "isFile" | "isDirectory" | "size">): void {
  requireFile(found);
  if (found.size > MAX_BYTES) throw new Error("Is larger than 4 MiB");
}

/** Throws an error like the system's unless it is a regular file. */
export function requireFile(
  { isFile, isDirectory }: Pick<Deno.FileInfo, "isFile" | "isDirectory">,
): void {
  if (isDirectory) throw Object.assign(new Error("Is a directory"), { code: "EISDIR" });
  if (!isFile) throw new Error("Is not a regular file");
}

/** Why a file with a secret is not used; undefined if only its owner can access it. */
export function openSecret(path: string, mode: number): string | undefined {
  if ((mode & 0o077) === 0) return undefined;
  const who = (mode & 0o007) !== 0 ? "every user" : "its group";
  return `"${path}" contains a secret and is open to ${who} (mode ${octal(mode)}), ` +
    `so it is not used; fix: chmod 600 ${shellWord(path)}`;
}
