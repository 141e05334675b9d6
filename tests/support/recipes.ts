/** The recipes of CONTRIBUTING.md: how to read them and how to apply their diffs. */

/** One recipe: a diff, and the commands that are to be run after it. */
export interface Recipe {
  readonly title: string;
  readonly diff: string;
  readonly commands: readonly string[];
}

/** Part of a file before and after a change. A file that is to be made has no `before`. */
interface Hunk {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
}

export function readRecipes(document: string): Recipe[] {
  const [, recipes = ""] = document.split(/^## Recipes$/m);
  return recipes.split(/^### /m).slice(1).map((section) => {
    const [, diff = "", end = ""] = /^```diff\n([^]*?)^```$([^]*)/m.exec(section) ?? [];
    const commands = [...end.matchAll(/`(deno [^`]+)`/g)].map(([, command = ""]) => command);
    return { title: section.split("\n", 1)[0] ?? "", diff, commands };
  });
}

/**
 * Applies a unified diff. Throws an Error if a part of it fits nowhere, or in more than one place.
 *
 * @param read The text of a file; undefined if there is none.
 * @returns The new texts by path.
 */
export function applyDiff(
  diff: string,
  read: (path: string) => string | undefined,
): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  for (const { path, before, after } of readHunks(diff)) {
    const text = changed.get(path) ?? read(path);
    if (before === undefined) {
      if (text !== undefined) throw new Error(`"${path}" exists already`);
      changed.set(path, after);
      continue;
    }
    const places = (text ?? "").split(before).length - 1;
    if (text === undefined || places !== 1) {
      throw new Error(`This stands in "${path}" ${places} times, not once:\n${before}`);
    }
    changed.set(path, text.replace(before, () => after));
  }
  return changed;
}

function readHunks(diff: string): Hunk[] {
  return diff.split(/^--- /m).slice(1).flatMap((file) => {
    const [from = "", to = "", ...hunks] = file.replace(/\n$/, "").split(/\n(?=\+\+\+ |@@ )/);
    const path = to.replace("+++ b/", "").trim();
    return hunks.map((hunk) => {
      const [head = "", ...lines] = hunk.split("\n");
      const side = (mark: string) => {
        const kept = lines.filter((line) => line === "" || [" ", mark].includes(line.charAt(0)));
        // Git refuses a diff whose counts are wrong as corrupt.
        if (!new RegExp(`\\${mark}\\d+,${kept.length} `).test(head)) {
          throw new Error(`"${head}" for "${path}" does not fit its ${kept.length} lines`);
        }
        return kept.map((line) => `${line.slice(1)}\n`).join("");
      };
      const [before, after] = [side("-"), side("+")];
      return { path, before: from === "/dev/null" ? undefined : before, after };
    });
  });
}
