/**
 * Keeps the old file of a target beside it, and restores it. The kept file is known by its identity,
 * and only that file is restored: any other file under its name stays as it is.
 *
 * Only the exact answers of the protocol count. Any other answer of a process of another user is a
 * failure, never "kept" and never "there was no file".
 */
import { plainCause } from "../text/plain_cause.ts";
import { shellWord } from "../text/shell_word.ts";
import { replacedFile } from "../store/store_paths.ts";
import type { Replaced } from "../store/types.ts";
import type { TargetStep } from "../plan/types.ts";
import { isIdentity, NONE, OTHER } from "./writers/writer.ts";
import type { Writers } from "./writers/writers.ts";

/** Throws Error for people if the target exists and could not be kept. */
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
 * @returns Whether it is restored; false: there is no kept file. Throws Error for people.
 */
export async function restoreKept(
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
