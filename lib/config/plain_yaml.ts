/**
 * Reads YAML in the plain form that nearly all files have, many times as fast as a whole parser: block
 * maps and lists, and each value on the line of its key. For any other text, and for every mistake, it
 * returns undefined, and the whole parser (yaml.ts) decides. What it reads, that one reads in the same
 * way. Pure.
 */

/** A tree of maps, lists and text; null is no value. */
type Tree = null | string | readonly Tree[] | { readonly [key: string]: Tree };

/** Thrown at the first thing that is not plain. No Error: the runtime takes long to make one. */
const NOT_PLAIN = Symbol("not plain");

/** Not plain: control characters, all kinds of blanks but the usual one, and what is as rare as these. */
const OTHER_CHARACTER = /[^\n -~\xa1-\u167f\u2010-\u2027\u3001-\ud7ff]/;

/** A key of a block map, and its value. */
const ENTRY = /^([A-Za-z][\w-]{0,99}):(?: +(.*))?$/;

/** A key of a flow map. */
const FLOW_KEY = / *([A-Za-z][\w-]{0,99}): +/y;

/** A value, or what begins a list or map, and the blanks around it. */
const FLOW_PART =
  / *(?:"([^"\\]*)"|'([^']*)'|([\w./](?:[^:#,[\]{}"' ]|:(?=[\w/])| (?=[\w./]))*)|[[{]) */y;

/** Text without quotes; no quotes in it, no `: ` and no `#`. */
const TEXT = /^[\w./](?:[^:#"']|:(?=[^ :]))*$/;

const QUOTED = /^(?:"([^"\\]*)"|'([^']*)')(?: +#.*)?$/;

const NULL = /^(?:~|null|Null|NULL)$/;

/** No file needs more. */
const MAX_DEPTH = 20;

/** The tree of a text that is a map in plain form. */
export function readPlainYaml(text: string): { readonly tree: Tree } | undefined {
  if (OTHER_CHARACTER.test(text)) return undefined;
  try {
    return { tree: new PlainReader(text).read() };
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

class PlainReader {
  readonly #text: string;
  /** Where the next line begins. */
  #next = 0;
  /** The line that is read, without its indentation; after the last one the indentation is -1. */
  #line = "";
  #indent = -1;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Tree {
    this.#advance();
    if (this.#line === "---" && this.#indent === 0) this.#advance();
    const map = this.#indent === 0 ? this.#readMap(0, 0) : refuse();
    return this.#line === "" ? map : refuse();
  }

  /** Goes to the next line that is neither empty nor a comment. */
  #advance(): void {
    const text = this.#text;
    while (this.#next < text.length) {
      let begin = this.#next;
      while (text.charCodeAt(begin) === 0x20) begin++;
      const found = text.indexOf("\n", begin);
      const end = found < 0 ? text.length : found;
      this.#indent = begin - this.#next;
      this.#next = end + 1;
      if (begin === end || text[begin] === "#") continue;
      this.#line = text.slice(begin, end).trimEnd();
      return;
    }
    this.#line = "";
    this.#indent = -1;
  }

  /** The map whose entries have this indentation. */
  #readMap(indent: number, depth: number): Tree {
    const map: Record<string, Tree> = {};
    while (this.#indent === indent) {
      const [, key, value = ""] = ENTRY.exec(this.#line) ?? [];
      if (key === undefined || NULL.test(key) || Object.hasOwn(map, key)) throw NOT_PLAIN;
      this.#advance();
      map[key] = value === "" || value.startsWith("#")
        ? this.#readBelow(indent, depth + 1)
        : this.#readValue(value, indent);
    }
    return map;
  }

  /** What is below a key without a value. */
  #readBelow(indent: number, depth: number): Tree {
    if (depth > MAX_DEPTH) throw NOT_PLAIN;
    // The entries of a list may have the indentation of its key.
    if (this.#indent >= indent && this.#line.startsWith("- ")) {
      return this.#readList(this.#indent, depth);
    }
    return this.#indent > indent ? this.#readMap(this.#indent, depth) : null;
  }

  #readList(indent: number, depth: number): Tree {
    const list: Tree[] = [];
    while (this.#indent === indent && this.#line.startsWith("- ")) {
      const value = this.#line.slice(2).trimStart();
      if (ENTRY.test(value)) {
        // The rest of the line is the first line of a map.
        this.#indent += this.#line.length - value.length;
        this.#line = value;
        list.push(this.#readMap(this.#indent, depth + 1));
      } else {
        this.#advance();
        list.push(this.#readValue(value, indent));
      }
    }
    return list;
  }

  /** @param indent That of the line of the value, which must not go on below. */
  #readValue(value: string, indent: number): Tree {
    if (this.#indent > indent) throw NOT_PLAIN;
    const first = value[0];
    if (first === '"' || first === "'") {
      const [, double, single] = QUOTED.exec(value) ?? [];
      return double ?? single ?? refuse();
    }
    const comment = value.indexOf(" #");
    const text = comment < 0 ? value : value.slice(0, comment).trimEnd();
    if (first === "[" || first === "{") return readFlow(text);
    if (NULL.test(text)) return null;
    return TEXT.test(text) ? text : refuse();
  }
}

function refuse(): never {
  throw NOT_PLAIN;
}

/** A list or map on one line. */
function readFlow(text: string): Tree {
  let at = 0;
  const readPart = (depth: number): Tree => {
    FLOW_PART.lastIndex = at;
    const [part, double, single, plain] = FLOW_PART.exec(text) ?? [];
    if (part === undefined || depth > MAX_DEPTH) throw NOT_PLAIN;
    at = FLOW_PART.lastIndex;
    if (plain !== undefined) return NULL.test(plain) ? null : plain;
    return double ?? single ?? (part.includes("[") ? readList(depth + 1) : readMap(depth + 1));
  };
  const skipBlanks = () => {
    while (text[at] === " ") at++;
  };
  /** Whether the end follows, and no other entry. */
  const ends = (end: string): boolean => {
    if (text[at] !== end && text[at] !== ",") throw NOT_PLAIN;
    return text[at++] === end;
  };
  const readList = (depth: number): Tree => {
    const list: Tree[] = [];
    if (text[at] === "]") at++;
    else do list.push(readPart(depth)); while (!ends("]"));
    skipBlanks();
    return list;
  };
  const readMap = (depth: number): Tree => {
    const map: Record<string, Tree> = {};
    do {
      FLOW_KEY.lastIndex = at;
      const [, key] = FLOW_KEY.exec(text) ?? [];
      if (key === undefined || NULL.test(key) || Object.hasOwn(map, key)) throw NOT_PLAIN;
      at = FLOW_KEY.lastIndex;
      map[key] = readPart(depth);
    } while (!ends("}"));
    skipBlanks();
    return map;
  };
  const tree = readPart(0);
  if (at !== text.length) throw NOT_PLAIN;
  return tree;
}
