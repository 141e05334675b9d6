/** Reads files in directories of other users; loaded only if there are any. */
import { readRegularBytes } from "./regular_file.ts";
import { observe, type Reader } from "./read.ts";

/**
 * Reads regular files of at most 4 MiB that another user may replace at any moment. It does not block
 * on pipes. Symbolic links are followed.
 */
export const UNWAITING_READER: Reader = {
  text: (path) => observe(path, () => decode(readRegularBytes(path).bytes)),
  bytes: (path) => observe(path, () => readRegularBytes(path).bytes),
};

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
