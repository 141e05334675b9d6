import { Buffer } from "node:buffer";
import * as fs from "node:fs";

/**
 * Opens a log file that only its owner may read, to append to it. What somebody else may have put in
 * its place is not written to: no link is followed, and no pipe waited for. The runtime resolves links
 * before it opens, so that O_NOFOLLOW does not help; but what is open is what lies there, or it is
 * left alone.
 *
 * @returns Appends a text. Both throw Error, the system's or in plain words.
 */
export function openLog(path: string): (text: string) => void {
  requireNoLink(path);
  const file = open(path);
  const [found, there] = [fs.fstatSync(file), fs.lstatSync(path)];
  if (!found.isFile()) throw new Error("it is no regular file");
  if (found.dev !== there.dev || found.ino !== there.ino) {
    throw new Error("somebody put something else in its place");
  }
  return (text) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at);
  };
}

function requireNoLink(path: string): void {
  if (!fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new Error("it is a symbolic link; give the path it leads to");
}

function open(path: string): number {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = fs.constants;
  try {
    return fs.openSync(path, O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY, 0o600);
  } catch (error) {
    // A pipe from which nobody reads.
    if ((error as NodeJS.ErrnoException).code === "ENXIO") throw new Error("it is no regular file");
    throw error;
  }
}
