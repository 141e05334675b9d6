/** Directives, the form that the configurations of nginx and Apache have in common. */
import { quote } from "../../config/mistake.ts";
import { plainCause } from "../../config/plain_cause.ts";
import { expandPattern } from "./glob.ts";
import type { SiteNote, SiteReader } from "./types.ts";

export interface Directive {
  /** Apache's in lower case. */
  readonly name: string;
  readonly args: readonly string[];
  /** `FILE:LINE` */
  readonly at: string;
  readonly block?: readonly Directive[];
}

/** How one program's files are read. */
export interface Dialect {
  /** Throws Error, with the line, where the text cannot be understood. */
  readonly parse: (text: string, file: string) => Directive[];
  /** Whether a directive includes files, and whether it has to find them. */
  readonly includes: (name: string) => "must" | "may" | undefined;
  /** Folder that relative paths begin at. */
  readonly base: (directives: readonly Directive[]) => string;
}

/** Reads a configuration with all that it includes, in the place where it is included. */
export function readDirectives(
  file: string,
  dialect: Dialect,
  reader: SiteReader,
  notes: SiteNote[],
): { readonly directives: readonly Directive[]; readonly base: string } {
  const main = parseFile(file, dialect, reader, notes);
  const base = dialect.base(main);
  /** @param open The files that are being read, each included by the one before it. */
  const expand = (directives: readonly Directive[], open: readonly string[]): Directive[] =>
    directives.flatMap((directive): Directive[] => {
      const { name, args: [pattern = ""], at, block } = directive;
      const need = dialect.includes(name);
      if (need === undefined) {
        return [block === undefined ? directive : { ...directive, block: expand(block, open) }];
      }
      const found = includedFiles(pattern, base, reader);
      if (typeof found === "string" || (found.length === 0 && need === "must")) {
        const why = typeof found === "string" ? found : "is not there";
        notes.push({ at, message: `includes ${quote(pattern)}, which ${why}` });
        return [];
      }
      return found.flatMap((path) => {
        if (!open.includes(path)) {
          return expand(parseFile(path, dialect, reader, notes), [...open, path]);
        }
        notes.push({ at, message: `includes ${quote(path)}, which includes this file` });
        return [];
      });
    });
  return { directives: expand(main, [file]), base };
}

function parseFile(
  path: string,
  { parse }: Dialect,
  reader: SiteReader,
  notes: SiteNote[],
): Directive[] {
  try {
    return parse(reader.read(path).text, path);
  } catch (error) {
    notes.push({ at: path, message: `cannot be read: ${plainCause(error)}` });
    return [];
  }
}

/** The files of one include; why not, where it cannot be told. */
function includedFiles(
  pattern: string,
  base: string,
  reader: SiteReader,
): readonly string[] | string {
  if (pattern.includes("$")) return "is put together while the server runs";
  return expandPattern(pattern, base, reader);
}

/** All below some directives, blocks opened, but for those of some names. */
export function flatten(directives: readonly Directive[], closed: readonly string[]): Directive[] {
  return directives.flatMap((directive) =>
    directive.block === undefined || closed.includes(directive.name)
      ? [directive]
      : [directive, ...flatten(directive.block, closed)]
  );
}
