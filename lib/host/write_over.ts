import type { Buffer } from "node:buffer";
import * as fs from "node:fs";

/**
 * Writes all bytes over the beginning of a file. An error is tried once more, because one that passes
 * must not cost the content. Throws the system's error.
 */
export function writeOver(file: number, bytes: Buffer): void {
  for (let at = 0, failures = 0; at < bytes.length;) {
    try {
      at += fs.writeSync(file, bytes, at, null, at);
    } catch (error) {
      if (failures++ > 0) throw error;
    }
  }
}
