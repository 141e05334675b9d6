/**
 * Reads a configuration of directives (nginx, Apache) with all files that it includes, in their
 * place. Each file is parsed once and included once per block, and limits apply to the whole, so
 * that circular includes end.
 */
import { InvalidValue } from "../../config/scalars/scalar.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { quote } from "../../text/quote.ts";
import { expandPattern } from "./glob.ts";
import { MAX_LEVELS, type ServerScan } from "./server_scan.ts";
import { usedPath, VARIABLE } from "./used_path.ts";

export interface Directive {
  /** In lower case for Apache. */
  readonly name: string;
  readonly args: readonly string[];
  /** `FILE:LINE` */
  readonly at: string;
  readonly block?: readonly Directive[];
}

/** How to read the files of one program. */
export interface Dialect {
  /** Throws Error with the line if the text cannot be parsed. */
  readonly parse: (text: string, file: string) => Directive[];
  /** Whether a directive includes files, and whether they must exist. */
  readonly includes: (name: string) => "must" | "may" | undefined;
  /** The base directory of relative paths. */
  readonly base: (directives: readonly Directive[]) => string;
}

export function readDirectives(
  file: string,
  dialect: Dialect,
  scan: ServerScan,
): { readonly directives: readonly Directive[]; readonly base: string } {
  const includes = new Includes(dialect, scan);
  const main = includes.parse(file, file);
  const base = dialect.base(main);
  return { directives: includes.expand(main, { base, open: [file], level: 0 }), base };
}

interface Place {
  readonly base: string;
  /** The files that are being read; each includes the next one. */
  readonly open: readonly string[];
  /** Nesting level of blocks and files. */
  readonly level: number;
}

class Includes {
  readonly #dialect: Dialect;
  readonly #scan: ServerScan;
  readonly #parsed = new Map<string, readonly Directive[]>();
  readonly #expanded = new Map<string, readonly string[] | string>();

  constructor(dialect: Dialect, scan: ServerScan) {
    this.#dialect = dialect;
    this.#scan = scan;
  }

  /** @param at Where it is included. For the main file, the file itself. */
  parse(path: string, at: string): readonly Directive[] {
    const known = this.#parsed.get(path);
    if (known !== undefined) return known;
    const scan = this.#scan;
    let directives: readonly Directive[] = [];
    if (path !== at && !scan.take("files", at)) return directives;
    try {
      const { text } = scan.reader.read(path);
      if (scan.take("characters", at, text.length)) directives = this.#dialect.parse(text, path);
    } catch (error) {
      scan.note(path, `cannot be read: ${plainCause(error)}`);
    }
    this.#parsed.set(path, directives);
    return directives;
  }

  /** @param seen Files that the current block has included. */
  expand(
    directives: readonly Directive[],
    place: Place,
    seen: Set<string> = new Set(),
  ): Directive[] {
    const [first] = directives;
    if (first === undefined) return [];
    const { open, level } = place;
    if (level > MAX_LEVELS) {
      const message = `is nested more than ${MAX_LEVELS} levels deep and left out`;
      this.#scan.note(first.at, message);
      return [];
    }
    if (!this.#scan.take("directives", first.at, directives.length)) return [];
    return directives.flatMap((directive): Directive[] => {
      const { name, at, block } = directive;
      const need = this.#dialect.includes(name);
      if (need === undefined) {
        if (block === undefined) return [directive];
        return [{ ...directive, block: this.expand(block, { ...place, level: level + 1 }) }];
      }
      return this.#included(directive, need, place.base).flatMap((path) => {
        if (open.includes(path)) {
          this.#scan.note(at, `includes ${quote(path)}, which includes this file`);
          return [];
        }
        if (seen.has(path)) return [];
        seen.add(path);
        const inner = { ...place, open: [...open, path], level: level + 1 };
        return this.expand(this.parse(path, at), inner, seen);
      });
    });
  }

  /** The files of one include directive. */
  #included(
    { args: [pattern = ""], at }: Directive,
    need: "must" | "may",
    base: string,
  ): readonly string[] {
    const found = pattern.includes("$") ? VARIABLE : this.#expand(pattern, base, at);
    if (typeof found !== "string" && (found.length > 0 || need === "may")) return found;
    const why = typeof found === "string" ? found : "does not exist";
    this.#scan.note(at, `includes ${quote(pattern)}, which ${why}`);
    return [];
  }

  /** Once for each pattern, in however many blocks it stands. */
  #expand(pattern: string, base: string, at: string): readonly string[] | string {
    const known = this.#expanded.get(pattern);
    if (known !== undefined) return known;
    const { reader } = this.#scan;
    const found = expandPattern(pattern, base, {
      exists: (path) => reader.exists(path),
      list: (path) => this.#list(path, at),
    });
    this.#expanded.set(pattern, found);
    return found;
  }

  /** Notes directories that cannot be listed. A pattern skips them. */
  #list(path: string, at: string): readonly string[] {
    if (!this.#scan.take("directories", at)) return [];
    try {
      return this.#scan.reader.list(path);
    } catch (error) {
      const { NotFound, NotADirectory } = Deno.errors;
      if (!(error instanceof NotFound || error instanceof NotADirectory)) {
        this.#scan.note(at, `cannot list ${quote(path)}: ${plainCause(error)}`);
      }
      return [];
    }
  }
}

export function withName(directives: readonly Directive[], name: string): Directive[] {
  return directives.filter((directive) => directive.name === name);
}

/**
 * The path that a directive names, or why it cannot be used.
 *
 * @param label The usual spelling of the directive.
 */
export function pathIn(
  { name, args: [text = ""] }: Directive,
  base: string,
  label = name,
): string | InvalidValue {
  const path = usedPath(text, base);
  return path instanceof InvalidValue
    ? new InvalidValue(`${label} ${quote(text)} ${path.message}`)
    : path;
}
