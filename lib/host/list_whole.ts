/**
 * Lists a directory of which no entry is known beforehand. The runtime hides an error of reading a
 * directory, and lists what came before it.
 *
 * Not guaranteed: if more than 32 KiB of names are read and a later part fails, that shows only by
 * the links of the directory, which count its subdirectories on ext4, XFS and tmpfs.
 */
import { errorWords } from "../text/error_words.ts";
import { LS, runSync } from "./run_sync.ts";

/** Names of all entries. Throws the system's error, or one like it if not all can be listed. */
export function listWhole(path: string): string[] {
  // Another process may change the directory between listing and counting.
  const names = listCounted(path) ?? listCounted(path);
  if (names === undefined) throw unlisted("not all of its directories are listed");
  if (names.length > 0) return names;
  const listed = listByProgram(path);
  if (listed === undefined || listed === "") return names;
  const again = listCounted(path) ?? [];
  if (again.length > 0) return again;
  throw unlisted(`its entry "${listed.split("\n", 1)[0]}" is not listed`);
}

/** The error of a directory of which an entry is missing from its list. */
export function unlisted(what: string): Error {
  const code = "EIO";
  return Object.assign(new Error(`${errorWords(code)}: ${what}`), { code });
}

/** Undefined: the directory has more subdirectories than are listed. */
function listCounted(path: string): string[] | undefined {
  const entries = [...Deno.readDirSync(path)];
  const directories = entries.filter(({ isDirectory }) => isDirectory).length;
  // Itself and its name above count, too; a file system that does not count has 1.
  const counted = (Deno.statSync(path).nlink ?? 1) - 2;
  return counted > directories ? undefined : entries.map(({ name }) => name);
}

/** Undefined: this process may not run `ls`, or the host has none. Throws Error with its message. */
function listByProgram(path: string): string | undefined {
  let result: ReturnType<typeof runSync>;
  try {
    result = runSync(LS, ["-A", "--", path]);
  } catch {
    return undefined;
  }
  if (result === undefined || result.success) return result?.stdout.trim();
  throw Object.assign(new Error(result.failure.replace(/^.*: /, "")), { code: "EIO" });
}
