/**
 * The files that `include` matches. Each must be trusted as the main file is: it is opened once, and
 * the open file is checked and read. A directory that a pattern searches must be trusted, too.
 * Changes nothing.
 */
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { ConfigError } from "./diagnostic.ts";
import type { Included } from "./environment.ts";
import { distrustDirectory } from "./trust.ts";
import { readTrusted, reason } from "./trusted_file.ts";

/** For a file that the directory listed, but that does not exist. */
const ABSENT = "does not exist; if it is a symbolic link, fix its target";

/** The files, or why there are none. */
type Matches = readonly string[] | string;

/**
 * Reads the files, pattern by pattern and sorted by name; each once, and never the main file. Needs
 * read permission.
 *
 * @param main The file with the patterns, which are relative to its directory.
 */
export function includeFiles(patterns: readonly string[], main: string): Included[] {
  const taken = new Set([resolve(main)]);
  return patterns.flatMap((text, pattern): Included[] => {
    const path = isAbsolute(text) ? text : join(dirname(main), text);
    const found = basename(path).includes("*") ? matches(path) : named(path);
    if (typeof found === "string") return [{ kind: "invalid", pattern, message: found }];
    const fresh = found.filter((file) => !taken.has(resolve(file)));
    for (const file of fresh) taken.add(resolve(file));
    return fresh.map(readOne);
  });
}

function readOne(file: string): Included {
  try {
    return { kind: "text", file, text: readTrusted(file, ABSENT).text };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      kind: "refused",
      diagnostics: error.diagnostics.map((diagnostic) => ({ file, ...diagnostic })),
    };
  }
}

/** The file at a path. */
function named(path: string): Matches {
  try {
    if (!Deno.lstatSync(path).isDirectory) return [path];
    return `"${path}" is a directory; to include all of its files, write "${path}/*.yaml"`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `"${path}" does not exist`;
    return `"${path}" ${reason(error)}`;
  }
}

/** The files of a directory whose names match a pattern. None may match, but the directory must exist. */
function matches(path: string): Matches {
  const directory = dirname(path);
  try {
    const uid = Deno.uid();
    const diagnostic = uid === null ? undefined : distrustDirectory(directory, uid);
    if (diagnostic !== undefined) return diagnostic.message;
    const names = [...Deno.readDirSync(directory)].map(({ name }) => name).filter(byPattern(path));
    return names.sort().map((name) => join(directory, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `the directory "${directory}" does not exist`;
    return `the directory "${directory}" ${reason(error)}`;
  }
}

/** As in shells: `*` matches any characters except a leading dot. */
function byPattern(path: string): (name: string) => boolean {
  const pattern = basename(path);
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`, "s");
  return (name) => expression.test(name) && (name.startsWith(".") === pattern.startsWith("."));
}
