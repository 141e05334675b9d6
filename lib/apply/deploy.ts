/**
 * Deploys one certificate's files. All are first made beside their targets, then all are renamed:
 * what can go wrong (no space, no permission, no folder) goes wrong before the first target
 * changes, so that a key and its certificate stay together.
 *
 * The old files are kept beside the new ones by hard links, until all are in place and, where
 * services are to judge them, until they have. Where a rename fails, or a service finds fault, they
 * are put back as they were, with inode and times. Where there are no hard links, a copy is kept.
 *
 * Not guaranteed: that what was replaced can be put back. Where it cannot, the certificate's files are
 * of two sets, which `HalfDeployedError` says; the next run mends it.
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
  const { targets, content, revocable, beforeFirstRename } = deployment;
  const prepared: TargetStep[] = [];
  const replaced: Replaced[] = [];
  try {
    for (const target of targets) {
      prepare(target, content);
      prepared.push(target);
      if (revocable) replaced.push(keepReplaced(target));
      else if (targets.length > 1) replaced.push(...tryKeepReplaced(target));
    }
    beforeFirstRename(revocable ? replaced : []);
  } catch (error) {
    removeTemporaries(prepared);
    forgetReplaced(prepared);
    throw new NotDeployedError((error as Error).message, { cause: error });
  }
  replaceAll(deployment, replaced);
  if (revocable) return replaced;
  forgetReplaced(targets);
  return [];
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

/** What cannot be kept cannot be put back, which matters only if a rename fails. */
function tryKeepReplaced(target: TargetStep): Replaced[] {
  try {
    return [keepReplaced(target)];
  } catch {
    return [];
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

function replaceAll({ targets, afterRename }: Deployment, replaced: readonly Replaced[]): void {
  for (const [at, target] of targets.entries()) {
    try {
      fs.renameSync(temporaryFile(target.path), target.path);
    } catch (error) {
      removeTemporaries(targets.slice(at));
      const message = `Cannot replace "${target.path}": ${plainCause(error)}`;
      throw at === 0
        ? notDeployed(message, targets, error)
        : takeBack(message, targets, replacedOf(targets.slice(0, at), replaced), error);
    }
  }
  syncFolders(targets);
  targets.forEach(afterRename);
}

function notDeployed(
  message: string,
  targets: readonly TargetStep[],
  cause: unknown,
): NotDeployedError {
  forgetReplaced(targets);
  return new NotDeployedError(message, { cause });
}

/** One that could not be kept counts as kept: to put it back fails, as it has to. */
function replacedOf(
  targets: readonly TargetStep[],
  replaced: readonly Replaced[],
): readonly Replaced[] {
  return targets.map(({ path }) =>
    replaced.find((one) => one.path === path) ?? { path, kept: true }
  );
}

/** What was replaced before a failure goes back, so that a key and its certificate stay together. */
function takeBack(
  message: string,
  targets: readonly TargetStep[],
  before: readonly Replaced[],
  cause: unknown,
): Error {
  try {
    putBack(before);
    const back = before.map(({ path }) => path).join(", ");
    return notDeployed(`${message}; put back ${back}`, targets, cause);
  } catch (error) {
    return new HalfDeployedError(
      `${message}; ${
        (error as Error).message
      }, so this certificate's files do not belong together ` +
        "until the next run",
      { cause },
    );
  }
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
