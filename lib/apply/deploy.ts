/**
 * Deploys one certificate's files. All are first made beside their targets, then all are renamed:
 * what can go wrong (no space, no permission, no folder) goes wrong before the first target
 * changes, so that a key and its certificate stay together.
 *
 * Where services are to judge the new files, the old ones are kept beside them by hard links until
 * they have, so that they can be put back as they were, with inode and times. Where there are no
 * hard links, a copy is kept.
 *
 * Not guaranteed: that all renames come about. One that fails after another went through leaves
 * the certificate's files of two sets, which `HalfDeployedError` says; the next run mends it.
 */
import * as fs from "node:fs";
import { folderOf, replacedFile, temporaryFile } from "../config/store_paths.ts";
import { plainCause } from "../config/plain_cause.ts";
import type { Replaced, TargetStep } from "../plan/types.ts";
import {
  type Ownership,
  removeIfThere,
  removeQuietly,
  syncFolder,
  writeNewFile,
} from "./atomic_write.ts";

/** What went wrong went wrong before the first file was replaced: all is as it was. */
export class NotDeployedError extends Error {
  override readonly name = "NotDeployedError";
}

/** Some of a certificate's files were replaced, and not all of them, or not for good. */
export class HalfDeployedError extends Error {
  override readonly name = "HalfDeployedError";
}

export interface Deployment {
  readonly targets: readonly TargetStep[];
  /** Content of each file. May throw. */
  readonly content: (target: TargetStep) => string | Uint8Array;
  /** Keep what is replaced until `forgetReplaced()` or `putBack()`. */
  readonly revocable: boolean;
  /** Called once all files are made and before the first target is replaced. */
  readonly beforeFirstRename: (replaced: readonly Replaced[]) => void;
  /** Called for each target once all are replaced for good. */
  readonly afterRename: (target: TargetStep) => void;
}

/**
 * @returns What can be put back, where the deployment is revocable.
 *
 * Throws NotDeployedError or HalfDeployedError in plain words.
 */
export function deploy(deployment: Deployment): readonly Replaced[] {
  const prepared: TargetStep[] = [];
  const replaced: Replaced[] = [];
  try {
    for (const target of deployment.targets) {
      prepare(target, deployment.content);
      prepared.push(target);
      if (deployment.revocable) replaced.push(keepReplaced(target));
    }
    deployment.beforeFirstRename(replaced);
  } catch (error) {
    removeTemporaries(prepared);
    forgetReplaced(prepared);
    throw new NotDeployedError((error as Error).message, { cause: error });
  }
  replaceAll(deployment);
  return replaced;
}

function prepare(target: TargetStep, content: Deployment["content"]): void {
  const temporary = temporaryFile(target.path);
  try {
    if (target.createDirs) makeFolders(folderOf(target.path));
    // Under the lock nobody else makes it: it is what an interrupted run left.
    removeIfThere(temporary);
    writeNewFile(temporary, content(target), ownershipOf(target));
  } catch (error) {
    throw new Error(`Cannot write "${target.path}": ${plainCause(error)}`, { cause: error });
  }
}

function keepReplaced({ path }: TargetStep): Replaced {
  const kept = replacedFile(path);
  try {
    removeIfThere(kept);
    if (!isThere(path)) return { path, kept: false };
    linkOrCopy(path, kept);
    return { path, kept: true };
  } catch (error) {
    throw new Error(`Cannot keep "${path}" as "${kept}": ${plainCause(error)}`, { cause: error });
  }
}

/** File systems without hard links, and the kernel's protection of other users' files (proc(5)). */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

function linkOrCopy(path: string, kept: string): void {
  try {
    fs.linkSync(path, kept);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    copy(path, kept);
  }
}

/** Whole, or not at all; who may not give it its owner keeps it for himself. */
function copy(path: string, kept: string): void {
  const { uid, gid, mode, atime, mtime } = fs.lstatSync(path);
  const text = fs.readFileSync(path);
  const temporary = temporaryFile(kept);
  removeIfThere(temporary);
  try {
    writeNewFile(temporary, text, { uid, gid, mode: mode & 0o7777 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    writeNewFile(temporary, text, { mode: mode & 0o700 });
  }
  fs.utimesSync(temporary, atime, mtime);
  fs.renameSync(temporary, kept);
}

function isThere(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The new files stay: what they replaced is not needed any more. */
export function forgetReplaced(targets: readonly { readonly path: string }[]): void {
  // What stays is found and cleared away by the next run.
  for (const { path } of targets) removeQuietly(replacedFile(path));
}

/** Puts back what an interrupted run replaced; what it has put back itself has no old file any more. */
export function putBackRest(replaced: readonly Replaced[]): void {
  putBack(replaced.filter(({ path, kept }) => !kept || isThere(replacedFile(path))));
}

/**
 * Puts back what a deployment replaced, and removes files where there were none.
 *
 * Tries all of them. Throws Error in plain words that names those that could not be put back.
 */
export function putBack(replaced: readonly Replaced[]): void {
  const failures: string[] = [];
  for (const { path, kept } of replaced) {
    try {
      if (kept) fs.renameSync(replacedFile(path), path);
      else removeIfThere(path);
      syncFolder(folderOf(path));
    } catch (error) {
      failures.push(`"${path}": ${plainCause(error)}`);
    }
  }
  if (failures.length > 0) throw new Error(`Cannot put back ${failures.join("; ")}`);
}

/** Owner and group one by one: the file's wish, else those of the file that is replaced. */
function ownershipOf(target: TargetStep): Ownership {
  const replaced = fs.lstatSync(target.path, { throwIfNoEntry: false });
  const kept = replaced?.isFile() ? replaced : undefined;
  const uid = target.uid ?? kept?.uid;
  const gid = target.gid ?? kept?.gid;
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    mode: target.mode,
  };
}

function replaceAll({ targets, afterRename, revocable }: Deployment): void {
  for (const [at, target] of targets.entries()) {
    try {
      fs.renameSync(temporaryFile(target.path), target.path);
    } catch (error) {
      removeTemporaries(targets.slice(at));
      const message = `Cannot replace "${target.path}": ${plainCause(error)}`;
      if (at === 0) {
        if (revocable) forgetReplaced(targets);
        throw new NotDeployedError(message, { cause: error });
      }
      throw new HalfDeployedError(
        `${message}; ${at} of ${targets.length} files were replaced before, ` +
          "so this certificate's files do not belong together until the next run",
        { cause: error },
      );
    }
  }
  syncFolders(targets);
  targets.forEach(afterRename);
}

function syncFolders(targets: readonly TargetStep[]): void {
  for (const folder of new Set(targets.map(({ path }) => folderOf(path)))) {
    try {
      syncFolder(folder);
    } catch (error) {
      throw new HalfDeployedError(
        `Cannot make sure that the new files in "${folder}" outlast a crash: ${plainCause(error)}`,
        { cause: error },
      );
    }
  }
}

function removeTemporaries(targets: readonly TargetStep[]): void {
  // What stays is found and cleared away by the next run.
  for (const { path } of targets) removeQuietly(temporaryFile(path));
}

/** Makes what is missing, for everybody to enter, whatever the umask; none is there half closed. */
function makeFolders(path: string): void {
  if (isThere(path)) return;
  makeFolders(folderOf(path));
  const temporary = temporaryFile(path);
  if (isThere(temporary)) fs.rmdirSync(temporary);
  fs.mkdirSync(temporary);
  fs.chmodSync(temporary, 0o755);
  fs.renameSync(temporary, path);
}
