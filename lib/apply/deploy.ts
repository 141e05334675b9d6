/**
 * Deploys one certificate's files. All are first made beside their targets, then all are renamed:
 * what can go wrong (no space, no permission, no folder) goes wrong before the first target
 * changes, so that a key and its certificate stay together.
 *
 * Not guaranteed: that all renames come about. One that fails after another went through leaves
 * the certificate's files of two sets, which `HalfDeployedError` says; the next run mends it.
 */
import * as fs from "node:fs";
import { folderOf, temporaryFile } from "../config/store_paths.ts";
import { plainCause } from "../config/plain_cause.ts";
import type { What } from "../config/types.ts";
import type { TargetStep } from "../plan/types.ts";
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
  readonly text: (what: What) => string;
  /** Called once all files are made and before the first target is replaced. */
  readonly beforeFirstRename: () => void;
  /** Called for each target once all are replaced for good. */
  readonly afterRename: (target: TargetStep) => void;
}

/** Throws NotDeployedError or HalfDeployedError in plain words. */
export function deploy(deployment: Deployment): void {
  const prepared: TargetStep[] = [];
  try {
    for (const target of deployment.targets) {
      prepare(target, deployment.text);
      prepared.push(target);
    }
    deployment.beforeFirstRename();
  } catch (error) {
    removeTemporaries(prepared);
    throw new NotDeployedError((error as Error).message, { cause: error });
  }
  replaceAll(deployment);
}

function prepare(target: TargetStep, text: Deployment["text"]): void {
  const temporary = temporaryFile(target.path);
  try {
    if (target.createDirs) makeFolders(folderOf(target.path));
    // Under the lock nobody else makes it: it is what an interrupted run left.
    removeIfThere(temporary);
    writeNewFile(temporary, text(target.what), ownershipOf(target));
  } catch (error) {
    throw new Error(`Cannot write "${target.path}": ${plainCause(error)}`, { cause: error });
  }
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

function replaceAll({ targets, afterRename }: Deployment): void {
  for (const [at, target] of targets.entries()) {
    try {
      fs.renameSync(temporaryFile(target.path), target.path);
    } catch (error) {
      removeTemporaries(targets.slice(at));
      const message = `Cannot replace "${target.path}": ${plainCause(error)}`;
      if (at === 0) throw new NotDeployedError(message, { cause: error });
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

/** Makes what is missing, for everybody to enter, whatever the umask. */
function makeFolders(path: string): void {
  if (fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  makeFolders(folderOf(path));
  fs.mkdirSync(path);
  fs.chmodSync(path, 0o755);
}
