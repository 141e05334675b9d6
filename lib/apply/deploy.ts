/**
 * Deploys one certificate's files. All are first made beside their targets, then all are renamed:
 * what can go wrong (no space, no permission, no directory) goes wrong before the first target
 * changes, so that a key and its certificate stay together.
 *
 * The old files are kept beside the new ones by hard links, until all are in place and, where
 * services are to judge them, until they have. Where a rename fails, or a service finds fault, they
 * are put back as they were, with inode and times. Where there are no hard links, a copy is kept.
 *
 * Each target is written by the hand that the plan gives it, the runner's or another user's; what is
 * made before the first rename is made by all hands.
 *
 * Not guaranteed: that what was replaced can be put back. Where it cannot, the certificate's files are
 * of two sets, which `HalfDeployedError` says; the next run mends it.
 */
import { Buffer } from "node:buffer";
import { plainCause } from "../text/plain_cause.ts";
import { directoryOf } from "../text/path.ts";
import { replacedFile, temporaryFile } from "../store/store_paths.ts";
import type { HostUser } from "../host/types.ts";
import type { Replaced } from "../store/types.ts";
import type { TargetStep } from "../plan/types.ts";
import type { FileContent } from "./writers/writer.ts";
import type { Writers } from "./writers/writers.ts";
import { makeWay } from "./writers/own_writer.ts";
import { keepReplaced, restoreKept } from "./kept.ts";
import { keepContext } from "../host/selinux.ts";

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
  /** Leaves a link to a bundle's new set under the link's temporary name. Given where there is one. */
  readonly makeBundle?: (target: TargetStep) => void;
  /** Keep what is replaced until `forgetReplaced()` or `putBack()`. */
  readonly revocable: boolean;
  /** Called once all files are made and before the first target is replaced. */
  readonly beforeFirstRename: (replaced: readonly Replaced[]) => void;
  /** Called for each target once all are replaced for good. */
  readonly afterRename: (target: TargetStep) => void;
  /** Is told what cannot be kept, though that stops nothing. */
  readonly warn?: (message: string) => void;
}

/** A target, and by whose hand it is written. */
export type Place = Pick<TargetStep, "path" | "by">;

/**
 * @returns What can be put back, where the deployment is revocable.
 *
 * Throws NotDeployedError or HalfDeployedError in plain words.
 */
export async function deploy(
  deployment: Deployment,
  writers: Writers,
): Promise<readonly Replaced[]> {
  const { targets, revocable, beforeFirstRename } = deployment;
  const prepared: TargetStep[] = [];
  const replaced: Replaced[] = [];
  try {
    for (const target of targets) {
      await prepare(target, deployment, writers);
      prepared.push(target);
      if (revocable || target.inPlace) replaced.push(await keepReplaced(target, writers));
      else if (targets.length > 1) {
        replaced.push(await tryKeepReplaced(target, deployment, writers));
      }
    }
    beforeFirstRename(revocable ? replaced : []);
  } catch (error) {
    await removeTemporaries(prepared, writers);
    await forgetReplaced(prepared, writers);
    throw new NotDeployedError((error as Error).message, { cause: error });
  }
  await replaceAll(deployment, replaced, writers);
  if (revocable) return replaced;
  await forgetReplaced(targets, writers);
  return [];
}

async function prepare(
  target: TargetStep,
  { content, makeBundle }: Deployment,
  writers: Writers,
): Promise<void> {
  const { path, what, uid, gid, mode, createDirs, by } = target;
  try {
    if (what === "bundle") {
      makeWay(path, createDirs);
      makeBundle?.(target);
      return;
    }
    const owners = { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
    const file = { path, content: plain(content(target)), ...owners, mode, createDirs };
    await writers.of(by)({ do: "make", file });
    if (by === undefined) keepContext(path, temporaryFile(path));
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${plainCause(error)}`, { cause: error });
  }
}

function plain(content: string | Uint8Array): FileContent {
  return typeof content === "string"
    ? { encoding: "utf8", data: content }
    : { encoding: "base64", data: Buffer.from(content).toString("base64") };
}

/**
 * What cannot be kept cannot be restored, which matters only if a later rename fails: then it is
 * known that it was there, and not which file it was.
 */
async function tryKeepReplaced(
  target: TargetStep,
  { warn }: Deployment,
  writers: Writers,
): Promise<Replaced> {
  try {
    return await keepReplaced(target, writers);
  } catch (error) {
    const { path, by } = target;
    warn?.(
      `${(error as Error).message}; it cannot be rolled back if another file cannot be replaced`,
    );
    return { path, ...(by && { by }), kept: true };
  }
}

/** The new files stay: what they replaced is not needed any more. */
export async function forgetReplaced(places: readonly Place[], writers: Writers): Promise<void> {
  for (const { path, by } of places) await removeQuietly(replacedFile(path), by, writers);
}

async function removeTemporaries(places: readonly Place[], writers: Writers): Promise<void> {
  for (const { path, by } of places) await removeQuietly(temporaryFile(path), by, writers);
}

/** What stays is found and cleared away by the next run. */
async function removeQuietly(
  path: string,
  by: HostUser | undefined,
  writers: Writers,
): Promise<void> {
  await writers.of(by)({ do: "remove", path }).catch(() => undefined);
}

/** Puts back what an interrupted run replaced; what it has put back itself has no old file any more. */
export async function putBackRest(replaced: readonly Replaced[], writers: Writers): Promise<void> {
  await putBackEach(replaced, async (one) => {
    await restoreKept(one, writers);
  });
}

/**
 * Puts back what a deployment replaced, and removes files where there were none.
 *
 * Tries all of them. Throws Error in plain words that names those that could not be put back.
 */
export async function putBack(replaced: readonly Replaced[], writers: Writers): Promise<void> {
  await putBackEach(replaced, async (one) => {
    if (one.kept && one.identity === undefined) throw new Error("no copy of it was kept");
    if (!await restoreKept(one, writers)) throw new Error("no such file or directory");
  });
}

async function putBackEach(
  replaced: readonly Replaced[],
  restore: (one: Replaced) => Promise<void>,
): Promise<void> {
  const failures: string[] = [];
  for (const one of replaced) {
    try {
      await restore(one);
    } catch (error) {
      failures.push(`"${one.path}": ${plainCause(error)}`);
    }
  }
  if (failures.length > 0) throw new Error(`Cannot roll back ${failures.join("; ")}`);
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
      const message = `Cannot replace "${path}": ${whyNot(error)}`;
      // One that is written through may be half.
      const before = replaced.slice(0, inPlace ? at + 1 : at);
      throw await takeBack(message, { targets, before, cause: error }, writers);
    }
  }
  await syncDirectories(targets, writers);
  targets.forEach(afterRename);
}

function whyNot(error: unknown): string {
  const cause = plainCause(error);
  if (!/\bbusy\b/.test(cause)) return cause;
  return `${cause}: it is a mount point; fix: mount its directory instead, or set "in_place: true"`;
}

interface Failure {
  readonly targets: readonly TargetStep[];
  /** What was replaced before it. */
  readonly before: readonly Replaced[];
  readonly cause: unknown;
}

/** What was replaced before a failure goes back, so that a key and its certificate stay together. */
async function takeBack(
  message: string,
  { targets, before, cause }: Failure,
  writers: Writers,
): Promise<Error> {
  try {
    await putBack(before, writers);
  } catch (error) {
    const { message: more } = error as Error;
    return new HalfDeployedError(
      `${message}; ${more}; the certificate's files are from two sets until the next run`,
      { cause },
    );
  }
  await forgetReplaced(targets, writers);
  const back = before.map(({ path }) => path).join(", ");
  return new NotDeployedError(back === "" ? message : `${message}; rolled back ${back}`, { cause });
}

async function syncDirectories(targets: readonly TargetStep[], writers: Writers): Promise<void> {
  const directories = new Map(targets.map(({ path, by }) => [directoryOf(path), by]));
  for (const [directory, by] of directories) {
    try {
      await writers.of(by)({ do: "sync", directory });
    } catch (error) {
      throw new HalfDeployedError(
        `Cannot sync "${directory}", so a crash may undo the new files in it: ${plainCause(error)}`,
        { cause: error },
      );
    }
  }
}
