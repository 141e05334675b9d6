/** What an interrupted or failed run left of a new set. */
import * as fs from "node:fs";
import { type Part, PARTS } from "../certificate/types.ts";
import { isThere } from "../host/read.ts";
import {
  committedDirectory,
  retiredDirectory,
  stagedDirectory,
  storedDirectory,
} from "./store_paths.ts";

/** The files of a staged set, synced, because the error may have come at a sync. Throws the system's error. */
export function readStaged(certStore: string, name: string): Readonly<Record<Part, string>> {
  const read = (part: Part) => {
    const { O_NOFOLLOW, O_RDONLY } = fs.constants;
    const path = `${stagedDirectory(certStore, name)}/${part}.pem`;
    const file = fs.openSync(path, O_RDONLY | O_NOFOLLOW);
    try {
      fs.fsyncSync(file);
      return fs.readFileSync(file, "utf8");
    } finally {
      fs.closeSync(file);
    }
  };
  return Object.fromEntries(PARTS.map((part) => [part, read(part)])) as Record<Part, string>;
}

/** Whether a switch has begun: the new set counts, or will when the next run has finished it. */
export function hasBegunSwitch(certStore: string, name: string): boolean {
  if (isThere(committedDirectory(certStore, name))) return true;
  return !isThere(storedDirectory(certStore, name)) && isThere(retiredDirectory(certStore, name));
}
