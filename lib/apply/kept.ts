/**
 * What a target held before it is replaced: kept beside it, and restored. What is kept is known by
 * its identity, and only that very file is restored: anything else under its name stays.
 *
 * What a process of another user answers counts only where it says exactly what was asked; all else
 * is a failure, and taken neither for "kept" nor for "there was nothing".
 */
import { plainCause } from "../text/plain_cause.ts";
import { shellWord } from "../text/shell_word.ts";
import { replacedFile } from "../store/store_paths.ts";
import type { Replaced } from "../store/types.ts";
import type { TargetStep } from "../plan/types.ts";
import { isIdentity, NONE, OTHER } from "./writers/writer.ts";
import type { Writers } from "./writers/writers.ts";

/** Throws Error in plain words where the target is there and was not kept. */
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
 * Restores what was kept, or removes a file where there was none.
 *
 * @returns Whether it is restored; false: nothing is kept. Throws Error in plain words.
 */
export async function restoreKept(
  { path, by, inPlace = false, kept, identity }: Replaced,
  writers: Writers,
): Promise<boolean> {
  const file = identity === undefined ? {} : { identity };
  const answer = await writers.of(by)({ do: "put-back", path, kept, inPlace, ...file });
  if (answer === true) return true;
  if (answer === NONE) return false;
  if (answer !== OTHER) throw new Error(NO_ANSWER);
  const old = replacedFile(path);
  throw new Error(
    `"${old}" may not be the file that VCM kept, so it stays as it is; ` +
      `inspect it with "ls -ld ${shellWord(old)}", then move it away`,
  );
}
