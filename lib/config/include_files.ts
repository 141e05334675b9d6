/**
 * The files that `include` leads to. Each is judged as the main file is, opened once, and read from
 * what was judged; a directory of which any file is taken is judged itself. It changes nothing.
 */
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { ConfigError } from "./diagnostic.ts";
import type { Included } from "./environment.ts";
import { distrustDirectory } from "./trust.ts";
import { readTrusted, reason } from "./trusted_file.ts";

/** Of what was there a moment ago. */
const ABSENT = "does not exist; if it is a symbolic link, fix its target";

/** Either the files, or why there are none. */
type Found = readonly string[] | string;

/**
 * Reads the files, pattern by pattern, those of one pattern by name; each once, and not the main one.
 * Needs read permission.
 *
 * @param main The file that names the patterns, and from whose directory they go.
 */
export function includeFiles(patterns: readonly string[], main: string): Included[] {
  const taken = new Set([resolve(main)]);
  return patterns.flatMap((text, pattern): Included[] => {
    const path = isAbsolute(text) ? text : join(dirname(main), text);
    const found = basename(path).includes("*") ? matches(path) : named(path);
    if (typeof found === "string") return [{ kind: "mistake", pattern, message: found }];
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
    return { kind: "refused", problems: error.problems.map((problem) => ({ file, ...problem })) };
  }
}

/** A file by its path. */
function named(path: string): Found {
  try {
    if (!Deno.lstatSync(path).isDirectory) return [path];
    return `"${path}" is a directory; to include all of its files, write "${path}/*.yaml"`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `"${path}" does not exist`;
    return `"${path}" ${reason(error)}`;
  }
}

/** The files of a directory by a pattern for their names: none may match, but the directory has to be there. */
function matches(path: string): Found {
  const directory = dirname(path);
  try {
    const uid = Deno.uid();
    const problem = uid === null ? undefined : distrustDirectory(directory, uid);
    if (problem !== undefined) return problem.message;
    const names = [...Deno.readDirSync(directory)].map(({ name }) => name).filter(byPattern(path));
    return names.sort().map((name) => join(directory, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `the directory "${directory}" does not exist`;
    return `the directory "${directory}" ${reason(error)}`;
  }
}

/** As shells match: `*` is any characters, but a dot at the beginning has to be given. */
function byPattern(path: string): (name: string) => boolean {
  const pattern = basename(path);
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`, "s");
  return (name) => expression.test(name) && (name.startsWith(".") === pattern.startsWith("."));
}
