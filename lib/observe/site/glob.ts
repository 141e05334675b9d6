/** Patterns of paths, as glob(7) has them and the servers' includes take them. */
import { resolve } from "node:path";
import type { SiteReader } from "./types.ts";

/** What a pattern names, sorted. What cannot be listed holds nothing. */
export function expandPattern(pattern: string, base: string, reader: SiteReader): string[] {
  let paths = [""];
  for (const part of resolve(base, pattern).split("/").slice(1)) {
    paths = paths.flatMap((folder) =>
      namesFor(part, folder, reader).map((name) => `${folder}/${name}`)
    );
  }
  return paths.filter((path) => reader.exists(path));
}

function namesFor(part: string, folder: string, reader: SiteReader): readonly string[] {
  if (!/[*?[]/.test(part)) return [part];
  const pattern = matcher(part);
  try {
    // As glob(7) has it: a dot at the beginning is matched by a dot only.
    return reader.list(folder || "/").filter((name) =>
      pattern.test(name) && name.startsWith(".") === part.startsWith(".")
    ).sort();
  } catch {
    return [];
  }
}

function matcher(part: string): RegExp {
  const source = part.replace(/\[!?[^\]]+\]|[^]/g, (piece) => {
    if (piece === "*") return ".*";
    if (piece === "?") return ".";
    if (piece.length > 1) return piece.replace("[!", "[^").replaceAll("\\", "\\\\");
    return piece.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  });
  try {
    return new RegExp(`^${source}$`, "s");
  } catch {
    // A range that goes backwards matches nothing.
    return /(?!)/;
  }
}
