import { CommandError } from "../../scripts/command.ts";
import { PARTS } from "../../scripts/project.ts";

/** A program that tests run, with its path, or why this machine cannot have it. */
export type Part =
  | { readonly kind: "ready"; readonly path: string }
  | { readonly kind: "missing"; readonly reason: string };

/**
 * Returns the path of something in the directory of parts; where it is not there yet, `fetch` makes it
 * in a directory of its own, from which it is renamed: a fetch that was broken off leaves no part.
 */
export async function fetchOnce(
  name: string,
  fetch: (work: string) => Promise<void>,
): Promise<Part> {
  const path = `${PARTS}${name}`;
  if (await exists(path)) return { kind: "ready", path };
  await Deno.mkdir(PARTS, { recursive: true });
  const work = await Deno.makeTempDir({ dir: PARTS, prefix: `${name}-` });
  try {
    await fetch(work);
    await Deno.rename(`${work}/${name}`, path);
    return { kind: "ready", path };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { kind: "missing", reason: inOneLine(error.message) };
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** What was done, which the first line of a command's error says, and its last word. */
function inOneLine(message: string): string {
  const lines = message.trim().split("\n");
  return lines.length === 1 ? message : `${lines.at(0)} ${lines.at(-1)}`;
}

/** Whether there is anything under this path. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
