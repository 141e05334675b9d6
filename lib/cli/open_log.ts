import { Buffer } from "node:buffer";
import * as fs from "node:fs";

/**
 * Opens a log file that only its owner may read, to append to it. What somebody else may have put in
 * its place is not written to: no link is followed, and no pipe waited for.
 *
 * @returns Appends a text. Both throw Error, the system's or in plain words.
 */
export function openLog(path: string): (text: string) => void {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = fs.constants;
  const file = open(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_WRONLY);
  if (!fs.fstatSync(file).isFile()) throw new Error("it is no regular file");
  return (text) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at);
  };
}

function open(path: string, flags: number): number {
  try {
    return fs.openSync(path, flags, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ELOOP") throw new Error("it is a symbolic link; give the path it leads to");
    // A pipe from which nobody reads.
    if (code === "ENXIO") throw new Error("it is no regular file");
    throw error;
  }
}
