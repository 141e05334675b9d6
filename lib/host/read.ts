/** Looks at single files and directories: absent, unreadable or present, and never guesses. */
import { plainCause } from "../text/plain_cause.ts";
import type { Presence } from "./types.ts";

export const ABSENT = { kind: "absent" } as const;

/** Reads files. */
export interface Reader {
  readonly text: (path: string) => Presence<string>;
  readonly bytes: (path: string) => Presence<Uint8Array>;
}

/** Reads files that nobody else can exchange. */
export const READER: Reader = { text: readText, bytes: readBytes };

/** Text of a file. */
export function readText(path: string): Presence<string> {
  return observe(path, () => Deno.readTextFileSync(path));
}

/** Bytes of a file. */
export function readBytes(path: string): Presence<Uint8Array> {
  return observe(path, () => Deno.readFileSync(path));
}

/** What lies at a path itself; symbolic links are not followed. */
export function readInfo(path: string): Presence<Deno.FileInfo> {
  return observe(path, () => Deno.lstatSync(path));
}

/** Names of all that lies in a directory. */
export function readDirectory(path: string): Presence<ReadonlySet<string>> {
  return observe(path, () => new Set([...Deno.readDirSync(path)].map((entry) => entry.name)));
}

/** What a look finds. */
export function observe<T>(path: string, look: () => T): Presence<T> {
  try {
    return { kind: "present", value: look() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || isNotFound(error)) return ABSENT;
    const closed = error instanceof Deno.errors.PermissionDenied && Deno.uid() !== 0;
    const remedy = closed ? "; run as root" : "";
    return { kind: "unreadable", problem: `Cannot read "${path}": ${plainCause(error)}${remedy}` };
  }
}

/** As `node:fs` has it. */
function isNotFound(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
