/** Reads files and directories. Each is absent, unreadable or present; an unreadable one never counts as absent. */
import * as fs from "node:fs";
import { errorCode, plainCause } from "../text/plain_cause.ts";
import type { Presence } from "./types.ts";

export const ABSENT = { kind: "absent" } as const;

export interface Reader {
  readonly text: (path: string) => Presence<string>;
  readonly bytes: (path: string) => Presence<Uint8Array>;
}

/** Reads files that no other user can replace. */
export const READER: Reader = { text: readText, bytes: readBytes };

/** Text of a file. */
export function readText(path: string): Presence<string> {
  return observe(path, () => Deno.readTextFileSync(path));
}

/** Bytes of a file. */
function readBytes(path: string): Presence<Uint8Array> {
  return observe(path, () => Deno.readFileSync(path));
}

/** Metadata of a path; symbolic links are not followed. */
export function readInfo(path: string): Presence<Deno.FileInfo> {
  return observe(path, () => Deno.lstatSync(path));
}

/** Whether there is anything at a path, such as a directory or a dangling link. Throws the system's error. */
export function isThere(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Names of all entries of a directory.
 *
 * @param known Entries that it must list, if they exist: the runtime hides an error of reading, and
 *   lists what came before.
 */
export function readDirectory(
  path: string,
  known: readonly string[] = [],
): Presence<ReadonlySet<string>> {
  return observe(path, () => new Set(listKnown(path, known)));
}

/**
 * As `readDirectory()`. Throws the system's error, or one like it if a known entry exists and is not
 * listed.
 */
export function listKnown(path: string, known: readonly string[]): string[] {
  const names = fs.readdirSync(path);
  const unlisted = known.find((name) => !names.includes(name) && isThere(`${path}/${name}`));
  if (unlisted === undefined) return names;
  // It was created in between, or the error has passed.
  const again = fs.readdirSync(path);
  if (again.includes(unlisted)) return again;
  const message = `input/output error: its entry "${unlisted}" is not listed`;
  throw Object.assign(new Error(message), { code: "EIO" });
}

/** The result of a read, with its error as data. */
export function observe<T>(path: string, look: () => T): Presence<T> {
  try {
    return { kind: "present", value: look() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || errorCode(error) === "ENOENT") return ABSENT;
    const isDenied = error instanceof Deno.errors.PermissionDenied || errorCode(error) === "EACCES";
    const fix = isDenied && isOrdinaryUser() ? "; run as root" : "";
    return { kind: "unreadable", problem: `Cannot read "${path}": ${plainCause(error)}${fix}` };
  }
}

/** A worker may not ask, and has nobody to advise. */
function isOrdinaryUser(): boolean {
  try {
    return Deno.uid() !== 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
}
