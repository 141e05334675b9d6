/** Reads files in folders of others; loaded only where there are some. */
import * as fs from "node:fs";
import { observe, type Reader } from "./read.ts";

/** No file of a certificate comes near it, and a user may put any file there. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads regular files of at most 4 MiB where somebody else may put something into their place at any
 * moment: no pipe is waited for. A link at a path's end may be followed, as those above it are.
 */
export const UNWAITING_READER: Reader = {
  text: (path) => observe(path, () => decode(read(path))),
  bytes: (path) => observe(path, () => read(path)),
};

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function read(path: string): Uint8Array {
  const { O_NONBLOCK, O_RDONLY } = fs.constants;
  const file = fs.openSync(path, O_RDONLY | O_NONBLOCK);
  try {
    const found = fs.fstatSync(file);
    if (!found.isFile()) throw new Error("Is no regular file");
    if (found.size > MAX_BYTES) throw new Error("Is bigger than 4 MiB");
    const bytes = new Uint8Array(found.size);
    let filled = 0;
    while (filled < bytes.length) {
      const count = fs.readSync(file, bytes, filled, bytes.length - filled, null);
      // Cut shorter since it was measured: what is left of it is read.
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    fs.closeSync(file);
  }
}
