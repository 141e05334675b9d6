import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { printable } from "../text/quote.ts";
import { directoryOf } from "../text/path.ts";
import { errorCode } from "../text/plain_cause.ts";
import { writeAll } from "./atomic_write.ts";
import { AncestorFinder } from "./path_ancestors.ts";

/**
 * Opens a log file for appending that only its owner may read. It follows no link of another user and
 * does not block on a pipe. The runtime resolves links before it opens a file, so O_NOFOLLOW does not
 * help; instead the open file is compared with the one at the path.
 *
 * Not guaranteed: if a group may write to a directory above the file, its members can have an empty
 * file created elsewhere. Some systems give /var/log to the group of their log daemon.
 *
 * @returns A function that appends a text. Both throw the system's error, or Error with a
 * message for users.
 */
export function openLog(path: string): (text: string) => void {
  if (isLink(path)) throw new Error("it is a symbolic link; use the path it points to");
  requireSafeAncestors(path);
  const file = open(path);
  const [found, there] = [fs.fstatSync(file), fs.lstatSync(path)];
  if (!found.isFile()) throw new Error("it is not a regular file");
  if (found.nlink > 1) throw new Error("it has another name too (a hard link); remove it");
  if (found.dev !== there.dev || found.ino !== there.ino) {
    throw new Error("another file has taken its place");
  }
  return (text) => writeAll(file, Buffer.from(text));
}

/** Throws Error if another user could make the path lead elsewhere. */
function requireSafeAncestors(path: string): void {
  const runner = Deno.uid() ?? 0;
  const isOurs = (uid: number) => uid === 0 || uid === runner;
  const log = fs.lstatSync(path, { throwIfNoEntry: false });
  const { ancestors } = new AncestorFinder(runner, { ownerName: String }).find(directoryOf(path));
  for (const { directory, uid, mode, next } of ancestors) {
    if (next !== undefined && !isOurs(next.uid) && isLink(next.path)) {
      throw new Error(
        `"${printable(next.path)}" is a symbolic link of user ${next.uid}; ${OTHER_PATH}`,
      );
    }
    if (!isOurs(uid)) {
      throw new Error(
        `user ${uid} may replace anything in "${printable(directory)}"; ${OTHER_PATH}`,
      );
    }
    const inside = next ?? log;
    const isKept = (mode & 0o1000) !== 0 && inside !== undefined && isOurs(inside.uid);
    if ((mode & 0o002) !== 0 && !isKept) {
      throw new Error(`every user may write to "${printable(directory)}"; ${OTHER_PATH}`);
    }
  }
}

const OTHER_PATH = "use a path below directories that are writable only by root";

function isLink(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function open(path: string): number {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = fs.constants;
  try {
    return fs.openSync(path, O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY, 0o600);
  } catch (error) {
    // A pipe without a reader.
    if (errorCode(error) === "ENXIO") throw new Error("it is not a regular file");
    throw error;
  }
}
