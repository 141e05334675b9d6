/**
 * Deploys the files of one certificate. All new files are first created beside their targets, several
 * at one time, then all are renamed. Most failures (no space, no permission, no directory) happen
 * before the first target changes, so a key and its certificate stay together.
 *
 * The old files are kept beside the new ones by hard links, or by copies if there are no hard links.
 * They are kept until all new files are in place and, if services validate them, until that is done.
 * If a rename or a validation fails, the old files are restored, with inode and times.
 *
 * Each target is written by the writer that the plan chose: this process or a process of another user.
 *
 * Not guaranteed: a rollback can fail. Then the certificate's files are from two sets, which
 * `HalfDeployedError` reports, and the next run fixes it.
 */
import { Buffer } from "node:buffer";
import { causeAndFix, errorCode, messageOf } from "../text/plain_cause.ts";
import { directoryOf } from "../text/path.ts";
import { temporaryFile } from "../store/store_paths.ts";
import type { Replaced } from "../store/types.ts";
import type { BundleStep, FileStep, TargetStep } from "../plan/target_types.ts";
import type { FileContent } from "./writers/writer.ts";
import type { Writers } from "./writers/writers.ts";
import { makeRoom } from "./writers/own_writer.ts";
import { keepReplaced, removeKept, removeQuietly, rollBack } from "./rollback.ts";
import { hasContext } from "../host/selinux.ts";
import { allSettled } from "../host/sync.ts";

/** Nothing was replaced, or all of it was rolled back. */
export class NotDeployedError extends Error {
  override readonly name = "NotDeployedError";
}

/** Some files were replaced and could not be rolled back, or may not survive a crash. */
export class HalfDeployedError extends Error {
  override readonly name = "HalfDeployedError";
}

export interface Deployment {
  readonly targets: readonly TargetStep[];
  /** Content of each file. May throw. */
  readonly content: (target: FileStep) => string | Uint8Array;
  /** Creates a bundle's new set and a link to it under the link's temporary name; needed if there is one. */
  readonly makeBundle?: (target: BundleStep) => Promise<void>;
  /** Keep what is replaced until `removeKept()` or `rollBack()`. */
  readonly revocable: boolean;
  /** Called after all files are created and before the first target is replaced. */
  readonly beforeFirstRename: (replaced: readonly Replaced[]) => unknown;
  /** Called for each target after all are replaced and synced. */
  readonly afterRename: (target: TargetStep) => void;
  /** Called if an old file cannot be kept and the deployment goes on. */
  readonly warn?: (message: string) => void;
}

/** Files that are made at one time: open_files.ts counts as many for a certificate. */
const AT_ONE_TIME = 5;

/**
 * @returns What can be rolled back, if the deployment is revocable.
 *
 * Throws NotDeployedError or HalfDeployedError with a message for users.
 */
export async function deploy(
  deployment: Deployment,
  writers: Writers,
): Promise<readonly Replaced[]> {
  const { targets, revocable, beforeFirstRename } = deployment;
  const kept: TargetStep[] = [];
  const replaced: Replaced[] = [];
  try {
    for (let at = 0; at < targets.length; at += AT_ONE_TIME) {
      const some = targets.slice(at, at + AT_ONE_TIME);
      await allSettled(some.map((target) => prepare(target, deployment, writers)));
    }
    for (const target of targets) {
      kept.push(target);
      replaced.push(...await keepIfNeeded(target, deployment, writers));
    }
    await beforeFirstRename(revocable ? replaced : []);
  } catch (error) {
    await removeTemporaries(targets, writers);
    await removeKept(kept, writers);
    throw new NotDeployedError(messageOf(error), { cause: error });
  }
  await replaceAll(deployment, replaced, writers);
  if (revocable) return replaced;
  const absent = new Set(replaced.filter(({ kept }) => !kept).map(({ path }) => path));
  await removeKept(targets.filter(({ path }) => !absent.has(path)), writers);
  return [];
}

async function prepare(
  target: TargetStep,
  { content, makeBundle }: Deployment,
  writers: Writers,
): Promise<void> {
  const { path, uid, gid, mode, createDirs, by } = target;
  try {
    if (target.what === "bundle") {
      makeRoom(path, createDirs);
      await makeBundle?.(target);
      return;
    }
    const file = { path, content: asFileContent(content(target)), uid, gid, mode, createDirs };
    await writers.of(by)({ do: "make", file });
    if (by === undefined && hasContext(path)) await writers.commands.copyContext(path);
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${causeAndFix(error, path)}`, { cause: error });
  }
}

function asFileContent(content: string | Uint8Array): FileContent {
  return typeof content === "string"
    ? { encoding: "utf8", data: content }
    : { encoding: "base64", data: Buffer.from(content).toString("base64") };
}

/**
 * Keeps the old file if a rollback may need it: after a failed validation, after a write in place that
 * stopped half way, or after a failed rename of another target. Only in the last case the deployment
 * goes on if the file cannot be kept; `kept` without `identity` tells the rollback that it is lost.
 */
async function keepIfNeeded(
  target: TargetStep,
  { targets, revocable, warn }: Deployment,
  writers: Writers,
): Promise<Replaced[]> {
  const isRequired = revocable || target.inPlace;
  if (!isRequired && targets.length === 1) return [];
  try {
    return [await keepReplaced(target, writers)];
  } catch (error) {
    if (isRequired) throw error;
    const { message } = error as Error;
    warn?.(`${message}; it cannot be rolled back if another file cannot be replaced`);
    const { path, by } = target;
    return [{ path, ...(by && { by }), kept: true }];
  }
}

async function removeTemporaries(targets: readonly TargetStep[], writers: Writers): Promise<void> {
  for (const { path, by } of targets) await removeQuietly(temporaryFile(path), by, writers);
}

async function replaceAll(
  { targets, afterRename }: Deployment,
  replaced: readonly Replaced[],
  writers: Writers,
): Promise<void> {
  for (const [at, { path, by, inPlace = false }] of targets.entries()) {
    try {
      await writers.of(by)({ do: "replace", path, inPlace });
    } catch (error) {
      await removeTemporaries(targets.slice(at), writers);
      const message = `Cannot replace "${path}": ${replaceProblem(error, path)}`;
      // A file that is written in place may be half written.
      const before = replaced.slice(0, inPlace ? at + 1 : at);
      await rollBack(before, writers).catch(({ message: more }: Error) => {
        const files = 'the certificate\'s files are from two sets: fix that, then run "vcm run"';
        throw new HalfDeployedError(`${message}; ${more}; ${files}`, { cause: error });
      });
      await removeKept(targets, writers);
      const restored = before.map(({ path }) => path).join(", ");
      const result = restored === "" ? message : `${message}; rolled back ${restored}`;
      throw new NotDeployedError(result, { cause: error });
    }
  }
  await syncDirectories(targets, writers);
  targets.forEach(afterRename);
}

function replaceProblem(error: unknown, path: string): string {
  const cause = causeAndFix(error, path);
  if (errorCode(error) !== "EBUSY") return cause;
  return `${cause}: it is a mount point; fix: mount its directory instead, or set "in_place: true"`;
}

async function syncDirectories(targets: readonly TargetStep[], writers: Writers): Promise<void> {
  const directories = new Map(targets.map(({ path, by }) => [directoryOf(path), by]));
  for (const [directory, by] of directories) {
    try {
      await writers.of(by)({ do: "sync", directory });
    } catch (error) {
      const message = `Cannot sync "${directory}", so a crash may undo the new files in it: ` +
        causeAndFix(error, `${directory}/`);
      throw new HalfDeployedError(message, { cause: error });
    }
  }
}
