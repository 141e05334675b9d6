/** Reads files in directories of others; loaded only where there are some. */
import { readRegularBytes } from "./regular_file.ts";
import { observe, type Reader } from "./read.ts";

/**
 * Reads regular files of at most 4 MiB where somebody else may put something into their place at any
 * moment: no pipe is waited for. A link at a path's end may be followed, as those above it are.
 */
export const UNWAITING_READER: Reader = {
  text: (path) => observe(path, () => decode(readRegularBytes(path).bytes)),
  bytes: (path) => observe(path, () => readRegularBytes(path).bytes),
};

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
