/**
 * The text of a pending validation: one line for each replaced file, and a second line with the
 * identity of the kept file. Earlier versions write no second line and ignore it.
 */
import type { Replaced } from "./types.ts";

/** No path contains a line break: the configuration refuses them. */
export function formatPendingValidation(replaced: readonly Replaced[]): string {
  return replaced.map(({ path, kept, identity }) =>
    `${kept ? "kept" : "new"} ${path}\n` +
    (identity === undefined ? "" : `inode ${identity} ${path}\n`)
  ).join("");
}

/** Unknown lines are ignored. */
export function parsePendingValidation(text: string): Replaced[] {
  const lines = text.split("\n");
  const identities = new Map(lines.flatMap((line) => {
    const [, identity, path] = /^inode (\d+:\d+:\d+) (\/.+)$/.exec(line) ?? [];
    return identity === undefined || path === undefined ? [] : [[path, identity] as const];
  }));
  return lines.flatMap((line) => {
    const [, word, path] = /^(kept|new) (\/.+)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (word === "new") return { path, kept: false };
    const identity = identities.get(path);
    return { path, kept: true, ...(identity !== undefined && { identity }) };
  });
}
