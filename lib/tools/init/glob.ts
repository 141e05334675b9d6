/** Path patterns as in glob(7), which the include directives of the servers use. */
import { resolve } from "node:path";
import { MAX_PATHS } from "./server_scan.ts";
import type { SiteReader } from "./types.ts";
import { MAX_PATH } from "./used_path.ts";

/**
 * The sorted paths that a pattern matches, at most MAX_PATHS, or why it cannot be expanded. A
 * directory that cannot be listed has no matches.
 */
export function expandPattern(
  pattern: string,
  base: string,
  reader: Pick<SiteReader, "list" | "exists">,
): string[] | string {
  if (pattern.length > MAX_PATH) return `is longer than ${MAX_PATH} characters`;
  let paths = [""];
  for (const part of resolve(base, pattern).split("/").slice(1)) {
    const next: string[] = [];
    for (const directory of paths) {
      for (const name of namesFor(part, directory, reader)) next.push(`${directory}/${name}`);
      if (next.length >= MAX_PATHS) break;
    }
    paths = next.slice(0, MAX_PATHS);
  }
  return paths.filter((path) => reader.exists(path));
}

function namesFor(
  part: string,
  directory: string,
  reader: Pick<SiteReader, "list">,
): readonly string[] {
  if (!/[*?[]/.test(part)) return [part];
  const pieces = piecesOf(part);
  try {
    // As in glob(7), a leading dot is matched only by a dot.
    return reader.list(directory || "/").filter((name) =>
      matches(name, pieces) && name.startsWith(".") === part.startsWith(".")
    ).sort();
  } catch {
    return [];
  }
}

/** A `*`, or a condition for one character. */
type Piece = "*" | ((char: string) => boolean);

function piecesOf(part: string): Piece[] {
  return [...part.matchAll(/\[[!^]?(?:\][^\]]*|[^\]]+)\]|[^]/g)].map(([piece]): Piece => {
    if (piece === "*") return piece;
    if (piece === "?") return () => true;
    return piece.length > 1 ? setOf(piece) : (char) => char === piece;
  });
}

/** `[a-c]` or `[!a-c]`. A reversed range matches nothing. */
function setOf(piece: string): (char: string) => boolean {
  const isNegated = /^\[[!^][^]+\]$/.test(piece);
  const ranges = piece.slice(isNegated ? 2 : 1, -1).match(/[^]-[^]|[^]/g) ?? [];
  return (char) =>
    isNegated !==
      ranges.some((range) =>
        range.charAt(0) <= char && char <= (range.charAt(2) || range.charAt(0))
      );
}

/**
 * Whether a name matches. Only the last `*` is widened, so the time is at most the product of both
 * lengths (research.swtch.com/glob).
 */
function matches(name: string, pieces: readonly Piece[]): boolean {
  let [at, piece] = [0, 0];
  let star: { readonly piece: number; at: number } | undefined;
  while (at < name.length || piece < pieces.length) {
    const wanted = pieces[piece];
    if (wanted === "*") {
      star = { piece: ++piece, at };
    } else if (wanted !== undefined && at < name.length && wanted(name.charAt(at))) {
      piece++;
      at++;
    } else if (star !== undefined && star.at < name.length) {
      [piece, at] = [star.piece, ++star.at];
    } else return false;
  }
  return true;
}
