/**
 * Keeps the old files of targets beside them, and restores them. A kept file is known by its identity,
 * and only that file is restored: any other file under its name stays as it is.
 *
 * Only the exact answers of the protocol count. Any other answer of a process of another user is a
 * failure, never "kept" and never "there was no file".
 */
import { plainCause } from "../text/plain_cause.ts";
import { shellWord } from "../text/shell_word.ts";
import { replacedFile } from "../store/store_paths.ts";
import type { Replaced } from "../store/types.ts";
import type { HostUser } from "../host/types.ts";
import type { TargetStep } from "../plan/types.ts";
import { isIdentity, NONE, OTHER } from "./writers/writer.ts";
import type { Writers } from "./writers/writers.ts";

/** A target and the user who writes it. */
export type Place = Pick<TargetStep, "path" | "by">;

/** Throws Error with a message for users if the target exists and could not be kept. */
export async function keepReplaced(
  { path, by, inPlace = false }: TargetStep,
  writers: Writers,
): Promise<Replaced> {
  const replaced = { path, ...(by && { by }), ...(inPlace && { inPlace }) };
  try {
    const answer = await writers.of(by)({ do: "keep", path, inPlace });
    if (answer === NONE) return { ...replaced, kept: false };
    if (isIdentity(answer)) return { ...replaced, kept: true, identity: answer };
    throw new Error(NO_ANSWER);
  } catch (error) {
    const then = inPlace ? " to write it in place" : "";
    const message = `Cannot keep "${path}" as "${replacedFile(path)}"${then}: ${plainCause(error)}`;
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
  const file = identity === undefined ? {} : { identity };
  const answer = await writers.of(by)({ do: "restore", path, kept, inPlace, ...file });
  if (answer === true) return true;
  if (answer === NONE) return false;
  if (answer !== OTHER) throw new Error(NO_ANSWER);
  const old = replacedFile(path);
  throw new Error(
    `"${old}" may not be the file that VCM kept, so it stays as it is; ` +
      `inspect it with "ls -ld ${shellWord(old)}", then move it away`,
  );
}

/** Rolls back an interrupted run, which may have restored some files itself. Throws as `rollBack()`. */
export function rollBackInterrupted(
  replaced: readonly Replaced[],
  writers: Writers,
): Promise<void> {
  return rollBack(replaced, writers, true);
}

/**
 * Restores the files that a deployment replaced, and removes files that did not exist before.
 *
 * Tries all of them. Throws Error with a message that names those that could not be restored.
 */
export async function rollBack(
  replaced: readonly Replaced[],
  writers: Writers,
  isInterrupted = false,
): Promise<void> {
  const failures: string[] = [];
  for (const one of replaced) {
    try {
      const isLost = one.kept && one.identity === undefined && !isInterrupted;
      if (isLost) throw new Error("no copy of it was kept");
      const isRestored = await restoreKept(one, writers) || isInterrupted;
      if (!isRestored) throw new Error("no such file or directory");
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
