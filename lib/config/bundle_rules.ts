/** What must not lie in a bundle, which is a directory that is replaced as one. */
import type { Round } from "./round.ts";

/** Needs the files of all certificates to have been claimed. */
export function checkBundles({ bundles, paths, store, findings }: Round): void {
  if (bundles.size === 0) return;
  for (const [text, path] of paths) {
    const other = directoriesAbove(text).map((directory) => bundles.get(directory))
      .find((found) => found !== undefined);
    if (other === undefined) continue;
    findings.push({ path, message: "is inside a directory that is replaced as a whole by", other });
  }
  for (const [bundle, path] of bundles) {
    if (!directoriesAbove(store).includes(bundle)) continue;
    findings.push({ path, message: `must not contain the store ${store}` });
  }
}

function directoriesAbove(path: string): string[] {
  const names = path.split("/");
  return names.slice(2).map((_, at) => names.slice(0, at + 2).join("/"));
}
