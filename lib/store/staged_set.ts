/** What an interrupted or failed run left of a new set. */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { type Part, PARTS } from "../certificate/types.ts";
import { openRegularFile } from "../host/file_identity.ts";
import { isThere } from "../host/read.ts";
import {
  committedDirectory,
  retiredDirectory,
  stagedDirectory,
  storedDirectory,
} from "./store_paths.ts";

/**
 * The files of a staged set, without room that is left at their ends and synced, because an error may
 * have come before that. Throws the system's error.
 */
export function readStaged(certStore: string, name: string): Readonly<Record<Part, string>> {
  const read = (part: Part) => {
    const path = `${stagedDirectory(certStore, name)}/${part}.pem`;
    // A set that was adopted may have none.
    if (part === "ca" && !isThere(path)) return "";
    const file = openRegularFile(path, fs.constants.O_RDWR);
    try {
      const text = fs.readFileSync(file, "utf8").replace(/\n+$/, "\n");
      fs.ftruncateSync(file, text === "\n" ? 0 : Buffer.byteLength(text));
      fs.fsyncSync(file);
      return text === "\n" ? "" : text;
    } finally {
      fs.closeSync(file);
    }
  };
  return Object.fromEntries(PARTS.map((part) => [part, read(part)])) as Record<Part, string>;
}

/**
 * Whether a switch has begun: the new set counts, or will when the next run has finished it. Also true
 * if that cannot be told.
 */
export function hasBegunSwitch(certStore: string, name: string): boolean {
  try {
    if (isThere(committedDirectory(certStore, name))) return true;
    return !isThere(storedDirectory(certStore, name)) && isThere(retiredDirectory(certStore, name));
  } catch {
    return true;
  }
}
