/**
 * Writes the files of `vcm init`: all of them or none, and none over an existing one.
 *
 * Each is written whole and synced under a temporary name, then named by a hard link. Unlike a
 * rename, a link replaces nothing. The configuration is named last. If the process is killed before,
 * the next `vcm init` removes what was named: files that are still linked to their temporary names.
 */
import * as fs from "node:fs";
import { removeQuietly, writeNewFile } from "../../host/atomic_write.ts";
import { quietly } from "../../host/quietly.ts";
import { isThere } from "../../host/read.ts";
import { syncDirectory } from "../../host/sync.ts";
import { directoryOf } from "../../text/path.ts";
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
  const undo: (() => void)[] = [];
  let at = files.at(-1)?.path ?? "";
  const above = directoryOf(at);
  try {
    makeDirectory(above, 0o755, undo);
    if (directory !== undefined) makeDirectory(directory, 0o700, undo);
    for (const { path, text, mode } of files) {
      at = path;
      await writeNewFile(temporaryOf(path), text, { mode });
    }
    for (const { path } of files) {
      at = path;
      nameIt(path);
      undo.push(() => fs.unlinkSync(path));
    }
    syncDirectory(above);
  } catch (error) {
    for (const { path } of files) removeQuietly(temporaryOf(path));
    undo.reverse().forEach(quietly);
    throw new Error(`Cannot write "${at}": ${causeAndFix(error, at)}`, { cause: error });
  }
  for (const { path } of files) removeQuietly(temporaryOf(path));
}

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

function makeDirectory(path: string, mode: number, undo: (() => void)[]): void {
  if (isThere(path)) return;
  fs.mkdirSync(path, { mode });
  undo.push(() => fs.rmdirSync(path));
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
