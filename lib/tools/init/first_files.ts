/**
 * Writes the files of `vcm init`: all of them or none, and none over an existing one.
 *
 * Each is written whole and synced under a temporary name, then named by a hard link. Unlike a
 * rename, a link replaces nothing. The configuration is named last. If the process is killed before,
 * the next `vcm init` removes what was named: files that are still linked to their temporary names.
 */
import * as fs from "node:fs";
import { ConfigError } from "../../config/diagnostic.ts";
import { distrustDirectory } from "../../config/trust.ts";
import { removeQuietly, writeNewFile } from "../../host/atomic_write.ts";
import { quietly } from "../../host/quietly.ts";
import { isThere } from "../../host/read.ts";
import { syncDirectory } from "../../host/sync.ts";
import { directoryOf } from "../../text/path.ts";
import { shellWord } from "../../text/quote.ts";
import { causeAndFix } from "../../text/plain_cause.ts";

export interface FirstFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

function temporaryOf(path: string): string {
  return `${path}.vcm-new`;
}

/**
 * The directory of the first file is created (0755) if only that one is missing.
 *
 * @param files The configuration is the last one.
 * @param directory Another one to create (0700).
 *
 * Throws Error and leaves nothing.
 */
export async function writeFirstFiles(
  files: readonly FirstFile[],
  directory?: string,
): Promise<void> {
  const made: string[] = [];
  const named: string[] = [];
  let at = files.at(-1)?.path ?? "";
  const above = directoryOf(at);
  try {
    makeMissing(above, 0o755, made);
    if (directory !== undefined) makeMissing(directory, 0o700, made);
    for (const { path, text, mode } of files) {
      at = path;
      await writeNewFile(temporaryOf(path), text, { mode });
    }
    for (const { path } of files) {
      at = path;
      nameIt(path);
      named.push(path);
    }
    syncDirectory(above);
  } catch (error) {
    // The temporary names last: by them the next "vcm init" knows what to remove.
    named.reverse().forEach(removeQuietly);
    for (const { path } of files) removeQuietly(temporaryOf(path));
    made.reverse().forEach((path) => quietly(() => fs.rmdirSync(path)));
    throw new Error(`Cannot write "${at}": ${causeAndFix(error, at)}`, { cause: error });
  }
  for (const { path } of files) removeQuietly(temporaryOf(path));
}

/**
 * Tries to write beside the configuration and leaves nothing. A person learns of a full disk or a wrong
 * path before the first question.
 *
 * Throws ConfigError if VCM would not trust the directory, or Error with the fix.
 */
export async function requireWritable(path: string): Promise<void> {
  const above = directoryOf(path);
  if (isThere(above)) {
    const diagnostic = distrustDirectory(above, Deno.uid() ?? 0);
    if (diagnostic !== undefined) throw new ConfigError(path, [diagnostic]);
  } else if (!isThere(directoryOf(above))) {
    throw new Error(
      `Cannot write "${path}": there is no directory "${directoryOf(above)}"; ` +
        `fix: mkdir -p ${shellWord(above)}`,
    );
  }
  const made: string[] = [];
  try {
    makeMissing(above, 0o755, made);
    await writeNewFile(temporaryOf(path), " ".repeat(TRIED_BYTES), { mode: 0o600 });
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${causeAndFix(error, path)}`, { cause: error });
  } finally {
    removeQuietly(temporaryOf(path));
    made.forEach((directory) => quietly(() => fs.rmdirSync(directory)));
  }
}

/** More than the files usually have together. */
const TRIED_BYTES = 32 * 1024;

/** Removes what an interrupted one left. @param paths The configuration is the last one. */
export function removeInterrupted(paths: readonly string[]): void {
  const isComplete = isThere(paths.at(-1) ?? "");
  for (const path of paths) {
    const [temporary, named] = [inodeOf(temporaryOf(path)), inodeOf(path)];
    if (temporary === undefined) continue;
    if (!isComplete && temporary === named) removeQuietly(path);
    removeQuietly(temporaryOf(path));
  }
}

function inodeOf(path: string): string | undefined {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.dev}:${found.ino}` : undefined;
}

function makeMissing(path: string, mode: number, made: string[]): void {
  if (isThere(path)) return;
  fs.mkdirSync(path, { mode });
  made.push(path);
  // Regardless of the umask.
  fs.chmodSync(path, mode);
}

function nameIt(path: string): void {
  try {
    fs.linkSync(temporaryOf(path), path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Errors of file systems without hard links (link(2)).
    if (!["EPERM", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code ?? "")) throw error;
    if (isThere(path)) throw new Error("the file already exists", { cause: error });
    fs.renameSync(temporaryOf(path), path);
  }
}
