/**
 * The slow parser, and the only file that knows it. It keeps every place and every syntax error, and
 * is loaded only when there is a mistake to report. It never throws: without a better answer, a
 * place is that of the nearest ancestor, and a text too deep for the parser has no places.
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
import type { KeyPath } from "./key_path.ts";

/** One-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What the parser itself has to say of a place. */
export interface SyntaxError extends Place {
  readonly code: string;
  readonly message: string;
}

/** A key that stands twice in one map, or an alias whose anchor is nowhere above it. */
export interface Stray extends Place {
  readonly path: KeyPath;
  readonly firstLine?: number;
}

/** Where things stand in one text. */
export class Positions {
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed | undefined;
  /** What each alias stands for; looked up in one pass, as the parser's own way is one pass each. */
  readonly #targets = new Map<Alias, Node>();

  constructor(text: string) {
    // The parser's own count leaves out the line that it stumbles at.
    for (let start = 0; start >= 0;) {
      this.#lines.addNewLine(start);
      start = text.indexOf("\n", start) + 1 || -1;
    }
    try {
      this.#document = parseDocument(text, {
        schema: "failsafe",
        merge: true,
        // "silent" would also keep a second document from being an error.
        logLevel: "error",
        // Pretty errors quote the source, and with it perhaps a secret.
        prettyErrors: false,
      });
      this.#collectAliases(this.#document);
    } catch {
      // Nested more deeply than the stack is: there is nothing to be said of places.
    }
  }

  /** The place of a value, or of its key if there is no value or the key is to blame. */
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

  /** The syntax errors, in the order in which they stand. */
  errors(): readonly SyntaxError[] {
    if (this.#document === undefined) return [];
    // A tag that is not known is a warning here, but stops the fast parser.
    const { errors, warnings } = this.#document;
    return [...errors, ...warnings].map(({ pos, code, message }) => ({
      // A quote that is not closed is reported where the text ends; to be mended is where it begins.
      ...this.#at(/closing .quote/.test(message) ? this.#quoteBefore(pos[0]) : pos[0]),
      code,
      message,
    }));
  }

  /** The keys that stand in one map twice, each with the line of the first one. */
  duplicateKeys(): readonly Stray[] {
    const found: Stray[] = [];
    try {
      this.#collectDuplicates(this.#document?.contents, [], found);
    } catch {
      // Too deep, as above.
    }
    return found;
  }

  /** The aliases whose anchor is nowhere above them. */
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

  #collectDuplicates(node: unknown, path: (string | number)[], found: Stray[]): void {
    if (isSeq(node)) {
      node.items.forEach((item, index) => this.#collectDuplicates(item, [...path, index], found));
    }
    if (!isMap(node)) return;
    const first = new Map<string, number>();
    for (const pair of node.items) {
      const name = keyOf(pair);
      if (name === undefined) continue;
      const place = this.#at(startOf(pair.key) ?? 0);
      const firstLine = name === "<<" ? undefined : first.get(name);
      if (firstLine === undefined) first.set(name, place.line);
      else found.push({ ...place, path: [...path, name], firstLine });
      this.#collectDuplicates(pair.value, [...path, name], found);
    }
  }

  #resolve(node: unknown): unknown {
    // An anchor cannot stand for an alias, so that one step is always enough.
    return isAlias(node) ? this.#targets.get(node) : node;
  }

  /** The pair of a key: the map's own, or one that it merges in, the first source before later ones. */
  #find(map: YAMLMap, name: string, looked = new Set<YAMLMap>()): Pair | undefined {
    // Anchors may merge one another many times over, or themselves: each map is looked at once.
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
  // The parser makes a symbol of a merge key.
  return typeof pair.key.value === "symbol" ? "<<" : String(pair.key.value);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function isEmpty(node: Node): boolean {
  return node.range !== undefined && node.range !== null && node.range[0] === node.range[1];
}
