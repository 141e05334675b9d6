/**
 * Keeps the old files of targets beside them, and restores them. A kept file is known by its identity,
 * and only that file is restored: any other file under its name stays as it is.
 *
 * Only the exact answers of the protocol count. Any other answer of a process of another user is a
 * failure, never "kept" and never "there was no file".
 */
import { causeAndFix, plainCause } from "../text/plain_cause.ts";
import { shellWord } from "../text/quote.ts";
import { replacedFile } from "../store/store_paths.ts";
import type { Replaced } from "../store/types.ts";
import type { HostUser } from "../host/types.ts";
import type { TargetStep } from "../plan/target_types.ts";
import { isIdentity, NONE, OTHER } from "./writers/writer.ts";
import type { Writers } from "./writers/writers.ts";

/** A target and the user who writes it. */
type Place = Pick<TargetStep, "path" | "by">;

/** Throws Error with a message for users if the target exists and could not be kept. */
export async function keepReplaced(
  { path, by, inPlace = false, acl }: TargetStep,
  writers: Writers,
): Promise<Replaced> {
  const replaced = { path, ...(by && { by }), ...(inPlace && { inPlace }) };
  try {
    const how = inPlace && acl !== undefined ? "acl" : inPlace;
    const answer = await writers.of(by)({ do: "keep", path, inPlace: how });
    if (answer === NONE) return { ...replaced, kept: false };
    if (isIdentity(answer)) return { ...replaced, kept: true, identity: answer };
    throw new Error(NO_ANSWER);
  } catch (error) {
    const then = `${inPlace ? " to write it in place" : ""}: ${causeAndFix(error, path)}`;
    const message = `Cannot keep "${path}" as "${replacedFile(path)}"${then}`;
    throw new Error(message, { cause: error });
  }
}

const NO_ANSWER = "the writer process gave no valid answer";

/**
 * Restores the kept file, or removes the target if there was none before.
 *
 * @returns Whether it is restored; false: there is no kept file. Throws Error with a message for users.
 */
async function restoreKept(
  { path, by, inPlace = false, kept, identity }: Replaced,
  writers: Writers,
): Promise<boolean> {
  const answer = await writers.of(by)({ do: "restore", path, kept, inPlace, identity });
  if (answer === true) return true;
  if (answer === NONE) return false;
  if (answer !== OTHER) throw new Error(NO_ANSWER);
  const old = replacedFile(path);
  throw new Error(
    `"${old}" is not the file that VCM kept, so VCM does not restore it; look at it: ` +
      `ls -ld ${shellWord(old)}`,
  );
}

/**
 * Rolls back an interrupted run. A file that is written through, or that an earlier version kept, may
 * have been restored already: then there is no kept file any more.
 *
 * @param record The file in the store that names them. Throws as `rollBack()`.
 */
export async function rollBackInterrupted(
  replaced: readonly Replaced[],
  record: string,
  writers: Writers,
): Promise<void> {
  try {
    await restoreEach(replaced, async (one) => {
      const isRestored = await restoreKept(one, writers);
      if (isRestored || one.identity === undefined || one.inPlace) return;
      throw new Error(`the file that was kept as "${replacedFile(one.path)}" is gone`);
    });
  } catch (error) {
    const fix = `to keep what is there now: rm ${shellWord(record)}`;
    throw new Error(`${(error as Error).message}; ${fix}`, { cause: error });
  }
}

/**
 * Restores the files that a deployment replaced, and removes files that did not exist before.
 *
 * Tries all of them. Throws Error with a message that names those that could not be restored.
 */
export async function rollBack(replaced: readonly Replaced[], writers: Writers): Promise<void> {
  await restoreEach(replaced, async (one) => {
    if (one.kept && one.identity === undefined) throw new Error("no copy of it was kept");
    if (!await restoreKept(one, writers)) throw new Error("no such file or directory");
  });
}

async function restoreEach(
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

/** Removes the old files that were kept: the new ones stay. */
export async function removeKept(places: readonly Place[], writers: Writers): Promise<void> {
  for (const { path, by } of places) await removeQuietly(replacedFile(path), by, writers);
}

/** Never throws: the next run finds and removes what stays. */
export async function removeQuietly(
  path: string,
  by: HostUser | undefined,
  writers: Writers,
): Promise<void> {
  await writers.of(by)({ do: "remove", path }).catch(() => undefined);
}
