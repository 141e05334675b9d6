/**
 * The record of files that were replaced and that services have yet to judge. A line for each, and
 * one more that says which file was kept; earlier versions wrote none, and pass over it.
 */
import type { Replaced } from "./types.ts";

/** No path holds a line break: the file's reader refuses them. */
export function formatPendingValidation(replaced: readonly Replaced[]): string {
  return replaced.map(({ path, kept, identity }) =>
    `${kept ? "kept" : "new"} ${path}\n` +
    (identity === undefined ? "" : `inode ${identity} ${path}\n`)
  ).join("");
}

/** Reads the lines that it knows, and passes over all others. */
export function parsePendingValidation(text: string): Replaced[] {
  const lines = text.split("\n");
  const identities = new Map(lines.flatMap((line) => {
    const [, identity, path] = /^inode (\d+:\d+:\d+) (\/.+)$/.exec(line) ?? [];
    return identity === undefined || path === undefined ? [] : [[path, identity] as const];
  }));
  return lines.flatMap((line) => {
    const [, word, path] = /^(kept|new) (\/.+)$/.exec(line) ?? [];
    if (path === undefined) return [];
    const identity = identities.get(path);
    if (word === "new") return { path, kept: false };
    return { path, kept: true, ...(identity !== undefined && { identity }) };
  });
}
