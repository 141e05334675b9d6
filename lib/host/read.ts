/** Reads files and directories. Each is absent, unreadable or present; an unreadable one never counts as absent. */
import * as fs from "node:fs";
import { errorCode, plainCause } from "../text/plain_cause.ts";
import { unlisted } from "./list_whole.ts";
import { requireFile } from "./regular_file.ts";
import { shellWord } from "../text/quote.ts";
import type { Presence } from "./types.ts";

export const ABSENT = { kind: "absent" } as const;

export interface Reader {
  readonly text: (path: string) => Presence<string>;
  readonly bytes: (path: string) => Presence<Uint8Array>;
}

/** Reads files that were seen to be regular ones and that no other user can replace. */
export const READER: Reader = {
  text: (path) => observe(path, () => Deno.readTextFileSync(path)),
  bytes: (path) => observe(path, () => Deno.readFileSync(path)),
};

/** Text of a regular file; opening a pipe would block. */
export function readText(path: string): Presence<string> {
  return observe(path, () => readRegular(path));
}

/** As `readText()`, of a path whose metadata are known. */
export function readSeen(path: string, info: Presence<Deno.FileInfo>): Presence<string> {
  if (info.kind !== "present") return info;
  return info.value.isFile ? READER.text(path) : readText(path);
}

/** As `readText()`. Throws the system's error, or one like it. */
export function readRegular(path: string): string {
  requireFile(Deno.statSync(path));
  return Deno.readTextFileSync(path);
}

/** As `readText()`. Throws Error in plain words if it is absent or unreadable. */
export function requireText(path: string): string {
  const text = readText(path);
  if (text.kind === "present") return text.value;
  throw new Error(text.kind === "unreadable" ? text.problem : `There is no file "${path}"`);
}

/** Metadata of a path; symbolic links are not followed. */
export function readInfo(path: string): Presence<Deno.FileInfo> {
  return observe(path, () => Deno.lstatSync(path));
}

/** Why a file cannot be opened without blocking; undefined if it is a regular file or absent. */
export function irregular(path: string): string | undefined {
  const found = observePermitted(path, () => Deno.lstatSync(path));
  if (found.kind === "unreadable") return found.problem;
  if (found.kind === "absent" || found.value.isFile) return undefined;
  return `"${path}" is not a regular file; fix: rm -r ${shellWord(path)}`;
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
  return observe(path, () => listAll(path, known));
}

/**
 * As `readDirectory()`. Throws the system's error, or one like it if a known entry exists and is not
 * listed.
 */
export function listKnown(path: string, known: readonly string[]): string[] {
  return [...listAll(path, known)];
}

function listAll(path: string, known: readonly string[]): ReadonlySet<string> {
  const listed = new Set(fs.readdirSync(path));
  const missing = known.find((name) => !listed.has(name) && isThere(`${path}/${name}`));
  if (missing === undefined) return listed;
  // Or it was created in between.
  const again = new Set(fs.readdirSync(path));
  if (again.has(missing)) return again;
  throw unlisted(`its entry "${missing}" is not listed`);
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

/** As `observe()`, but what this user may not look at is absent: whoever uses it reports that. */
export function observePermitted<T>(path: string, look: () => T): Presence<T> {
  let isDenied = false;
  const found = observe(path, () => {
    try {
      return look();
    } catch (error) {
      isDenied = errorCode(error) === "EACCES";
      throw error;
    }
  });
  return isDenied ? ABSENT : found;
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
