/** The record of files that were replaced and that services have yet to judge: a line for each. */
import type { Replaced } from "./types.ts";

/** No path holds a line break: the file's reader refuses them. */
export function formatUnjudged(replaced: readonly Replaced[]): string {
  return replaced.map(({ path, kept }) => `${kept ? "kept" : "new"} ${path}\n`).join("");
}

/** Reads the lines that it knows, and passes over all others. */
export function parseUnjudged(text: string): Replaced[] {
  return text.split("\n").flatMap((line) => {
    const [, word, path] = /^(kept|new) (\/.+)$/.exec(line) ?? [];
    return path === undefined ? [] : { path, kept: word === "kept" };
  });
}
