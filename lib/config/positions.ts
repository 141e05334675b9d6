/**
 * The slow parser; no other file uses its package. It keeps every place and every syntax error, and is
 * loaded only if there is an error to report. It never throws: an unknown place is that of the nearest
 * ancestor, and a text that is too deep for the parser has no places.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import type { KeyPath } from "./diagnostic.ts";

/** One-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** An error of the parser itself. */
interface ParserError extends Place {
  readonly code: string;
  readonly message: string;
}

/** The second of two equal keys in one map. */
interface DuplicateKey extends Place {
  readonly path: KeyPath;
  readonly firstLine: number;
}

/** The places of keys and values in one text. */
export class Positions {
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed | undefined;
  /** The target of each alias, found in one pass; the parser's own lookup takes one pass per alias. */
  readonly #targets = new Map<Alias, Node>();

  constructor(text: string) {
    // The parser's own count leaves out the line of the error.
    for (let start = 0; start >= 0;) {
      this.#lines.addNewLine(start);
      start = text.indexOf("\n", start) + 1 || -1;
    }
    try {
      this.#document = parseDocument(text, {
        schema: "failsafe",
        merge: true,
        // With "silent" a second document would not be an error.
        logLevel: "error",
        // Pretty errors quote the source, which may contain a secret.
        prettyErrors: false,
      });
      this.#collectAliases(this.#document);
    } catch {
      // Nested deeper than the stack allows: no places are known.
    }
  }

  /** The place of a value, or of its key if there is no value or `atKey` is set. */
  place(path: KeyPath, atKey = false): Place | undefined {
    if (this.#document === undefined) return undefined;
    let node: unknown = this.#document.contents;
    let offset = startOf(node) ?? 0;
    for (const [index, step] of path.entries()) {
      const last = index === path.length - 1;
      node = this.#resolve(node);
      if (isSeq(node) && typeof step === "number") {
        node = node.items[step];
        offset = startOf(node) ?? offset;
        continue;
      }
      const pair = isMap(node) ? this.#find(node, String(step)) : undefined;
      if (pair === undefined) break;
      node = pair.value;
      offset = startOf(pair.key) ?? offset;
      if (last && !atKey && isScalar(node) && !isEmpty(node)) offset = startOf(node) ?? offset;
    }
    return this.#at(offset);
  }

  /** The syntax errors, in the order of their places. */
  errors(): readonly ParserError[] {
    if (this.#document === undefined) return [];
    // An unknown tag is only a warning here, but it stops the fast parser.
    const { errors, warnings } = this.#document;
    return [...errors, ...warnings].map(({ pos, code, message }) => ({
      // The parser reports an unclosed quote at the end of the text; people need its beginning.
      ...this.#at(/closing .quote/.test(message) ? this.#quoteBefore(pos[0]) : pos[0]),
      code,
      message,
    }));
  }

  /** Keys that occur twice in one map, each with the line of the first one. */
  duplicateKeys(): readonly DuplicateKey[] {
    try {
      return this.#duplicates(this.#document?.contents, []);
    } catch {
      return []; // Too deep, as above.
    }
  }

  /** Aliases without an anchor above them. */
  danglingAliases(): readonly Place[] {
    const found: Place[] = [];
    if (this.#document === undefined) return found;
    visit(this.#document, {
      Alias: (_key, alias) => {
        if (!this.#targets.has(alias)) found.push(this.#at(startOf(alias) ?? 0));
      },
    });
    return found;
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(Math.max(0, offset));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #quoteBefore(end: number): number {
    let start = end;
    if (this.#document === undefined) return start;
    visit(this.#document, {
      Scalar: (_key, { type, range }) => {
        if (!type?.startsWith("QUOTE_") || !range || range[0] > end || range[1] < end) return;
        start = range[0];
      },
    });
    return start;
  }

  #collectAliases(document: Document.Parsed): void {
    const anchors = new Map<string, Node>();
    visit(document, {
      Alias: (_key, alias) => {
        const target = anchors.get(alias.source);
        if (target !== undefined) this.#targets.set(alias, target);
      },
      Value: (_key, node) => {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
      },
    });
  }

  #duplicates(node: unknown, path: KeyPath): DuplicateKey[] {
    if (isSeq(node)) {
      return node.items.flatMap((item, index) => this.#duplicates(item, [...path, index]));
    }
    if (!isMap(node)) return [];
    const first = new Map<string, number>();
    return node.items.flatMap((pair) => {
      const name = keyOf(pair);
      if (name === undefined) return [];
      const place = this.#at(startOf(pair.key) ?? 0);
      const firstLine = name === "<<" ? undefined : first.get(name);
      if (firstLine === undefined) first.set(name, place.line);
      const inside = this.#duplicates(pair.value, [...path, name]);
      return firstLine === undefined
        ? inside
        : [{ ...place, path: [...path, name], firstLine }, ...inside];
    });
  }

  #resolve(node: unknown): unknown {
    // An anchor cannot refer to an alias, so one step is enough.
    return isAlias(node) ? this.#targets.get(node) : node;
  }

  /** The pair of a key: the map's own, or one that it merges in; earlier sources take precedence. */
  #find(map: YAMLMap, name: string, looked = new Set<YAMLMap>()): Pair | undefined {
    // Anchors may merge each other repeatedly, or themselves: visit each map only once.
    if (looked.has(map)) return undefined;
    looked.add(map);
    const own = map.items.find((pair) => keyOf(pair) === name);
    if (own !== undefined) return own;
    for (const pair of map.items) {
      if (keyOf(pair) !== "<<") continue;
      const merged = this.#resolve(pair.value);
      for (const source of isSeq(merged) ? merged.items : [merged]) {
        const target = this.#resolve(source);
        const found = isMap(target) ? this.#find(target, name, looked) : undefined;
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }
}

function keyOf(pair: Pair): string | undefined {
  if (!isScalar(pair.key)) return undefined;
  // The parser represents a merge key as a symbol.
  return typeof pair.key.value === "symbol" ? "<<" : String(pair.key.value);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function isEmpty(node: Node): boolean {
  return node.range !== undefined && node.range !== null && node.range[0] === node.range[1];
}
