/**
 * Reads a configuration with all files that it includes, in their place. Each file is parsed once
 * and included once per block, and a budget limits the whole, so that circular includes end.
 */
import { quote } from "../../text/quote.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { type Budget, MAX_LEVELS } from "./budget.ts";
import type { Dialect, Directive } from "./directive.ts";
import { expandPattern } from "./glob.ts";
import type { SiteNote, SiteReader } from "./types.ts";

/** The reader, the notes and the budget. */
export interface Reading {
  readonly reader: SiteReader;
  /** Gets what cannot be read. */
  readonly notes: SiteNote[];
  readonly budget: Budget;
}

export function readDirectives(
  file: string,
  dialect: Dialect,
  reading: Reading,
): { readonly directives: readonly Directive[]; readonly base: string } {
  const includes = new Includes(dialect, reading);
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
  readonly #reading: Reading;
  readonly #parsed = new Map<string, readonly Directive[]>();
  readonly #expanded = new Map<string, readonly string[] | string>();

  constructor(dialect: Dialect, reading: Reading) {
    this.#dialect = dialect;
    this.#reading = reading;
  }

  /** @param at Where it is included. For the main file, the file itself. */
  parse(path: string, at: string): readonly Directive[] {
    const known = this.#parsed.get(path);
    if (known !== undefined) return known;
    const { reader, notes, budget } = this.#reading;
    let directives: readonly Directive[] = [];
    if (path !== at && !budget.take("files", at)) return directives;
    try {
      const { text } = reader.read(path);
      if (budget.take("characters", at, text.length)) directives = this.#dialect.parse(text, path);
    } catch (error) {
      notes.push({ at: path, message: `cannot be read: ${plainCause(error)}` });
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
    const { notes, budget } = this.#reading;
    const { open, level } = place;
    if (level > MAX_LEVELS) {
      const message = `is nested more than ${MAX_LEVELS} levels deep and left out`;
      notes.push({ at: first.at, message });
      return [];
    }
    if (!budget.take("directives", first.at, directives.length)) return [];
    return directives.flatMap((directive): Directive[] => {
      const { name, at, block } = directive;
      const need = this.#dialect.includes(name);
      if (need === undefined) {
        if (block === undefined) return [directive];
        return [{ ...directive, block: this.expand(block, { ...place, level: level + 1 }) }];
      }
      return this.#included(directive, need, place).flatMap((path) => {
        if (open.includes(path)) {
          notes.push({ at, message: `includes ${quote(path)}, which includes this file` });
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
    { base }: Place,
  ): readonly string[] {
    const found = pattern.includes("$")
      ? "contains a variable of the server"
      : this.#expand(pattern, base, at);
    if (typeof found !== "string" && (found.length > 0 || need === "may")) return found;
    const why = typeof found === "string" ? found : "does not exist";
    this.#reading.notes.push({ at, message: `includes ${quote(pattern)}, which ${why}` });
    return [];
  }

  /** Once for each pattern, in however many blocks it stands. */
  #expand(pattern: string, base: string, at: string): readonly string[] | string {
    const known = this.#expanded.get(pattern);
    if (known !== undefined) return known;
    const found = expandPattern(pattern, base, this.#listing(at));
    this.#expanded.set(pattern, found);
    return found;
  }

  /** Notes directories that cannot be listed. A pattern skips them. */
  #listing(at: string): Pick<SiteReader, "list" | "exists"> {
    const { reader, notes, budget } = this.#reading;
    return {
      exists: (path) => reader.exists(path),
      list: (path) => {
        if (!budget.take("directories", at)) return [];
        try {
          return reader.list(path);
        } catch (error) {
          const isNone = error instanceof Deno.errors.NotFound ||
            error instanceof Deno.errors.NotADirectory;
          if (!isNone) {
            const message = `cannot list ${quote(path)}: ${plainCause(error)}`;
            notes.push({ at, message });
          }
          return [];
        }
      },
    };
  }
}
