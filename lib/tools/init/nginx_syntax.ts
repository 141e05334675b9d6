/** The syntax of nginx configurations: text to directives. Pure. */
import { MAX_LEVELS, TOO_DEEP } from "./server_scan.ts";
import type { Directive } from "./directives.ts";

/** A word, or one of the three characters that end a directive or a block. */
interface Token {
  readonly kind: "word" | ";" | "{" | "}";
  readonly text: string;
  readonly line: number;
}

/** Throws Error with the line if the text is not a configuration of nginx. */
export function parseNginx(text: string, file: string): Directive[] {
  const tokens = new Tokens(text);
  const directives = readBlock(tokens, file, 0);
  const left = tokens.next();
  if (left !== undefined) throw new Error(`line ${left.line}: unexpected "}"`);
  return directives;
}

/** Reads to the end of the block and leaves its "}". @param level Number of enclosing blocks. */
function readBlock(tokens: Tokens, file: string, level: number): Directive[] {
  const directives: Directive[] = [];
  for (let first = tokens.peek(); first && first.kind !== "}"; first = tokens.peek()) {
    directives.push(readDirective(tokens, file, level));
  }
  return directives;
}

function readDirective(tokens: Tokens, file: string, level: number): Directive {
  const words: string[] = [];
  let token = tokens.next();
  const line = token?.line ?? 0;
  for (; token?.kind === "word"; token = tokens.next()) words.push(token.text);
  if (token === undefined || token.kind === "}") {
    throw new Error(`line ${line}: expected ";" or "{" at the end of the directive`);
  }
  const [name = "", ...args] = words;
  const directive = { name, args, at: `${file}:${line}` };
  if (token.kind === ";") return directive;
  // A Lua block has its own braces and no directives.
  if (name.endsWith("_by_lua_block")) {
    tokens.skipCode();
    return directive;
  }
  if (level >= MAX_LEVELS) throw new Error(`line ${line}: ${TOO_DEEP}`);
  const block = readBlock(tokens, file, level + 1);
  if (tokens.next() === undefined) throw new Error(`line ${line}: "{" is not closed`);
  return { ...directive, block };
}

/** Escapes of nginx (ngx_conf_read_token). Before other characters the backslash stays. */
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "\\": "\\",
  t: "\t",
  r: "\r",
  n: "\n",
};

class Tokens {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #peeked: Token | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  peek(): Token | undefined {
    return this.#peeked ??= this.#read();
  }

  next(): Token | undefined {
    const token = this.peek();
    this.#peeked = undefined;
    return token;
  }

  /** Skips to after the "}" that closes the last opened block. */
  skipCode(): void {
    for (let open = 1; open > 0 && this.#at < this.#text.length;) {
      const char = this.#take();
      if (char === "{") open++;
      else if (char === "}") open--;
    }
  }

  #take(): string {
    const char = this.#text[this.#at++] ?? "";
    if (char === "\n") this.#line++;
    return char;
  }

  #read(): Token | undefined {
    this.#skipBlank();
    const line = this.#line;
    const char = this.#text[this.#at];
    if (char === undefined) return undefined;
    if (char === ";" || char === "{" || char === "}") {
      this.#take();
      return { kind: char, text: char, line };
    }
    const text = char === '"' || char === "'" ? this.#quoted(this.#take()) : this.#word();
    return { kind: "word", text, line };
  }

  /** Skips blanks and comments. A comment starts where a word could. */
  #skipBlank(): void {
    for (let comment = false; this.#at < this.#text.length;) {
      const char = this.#text[this.#at] ?? "";
      if (char === "#") comment = true;
      else if (char === "\n") comment = false;
      else if (!comment && !/\s/.test(char)) return;
      this.#take();
    }
  }

  #quoted(quote: string): string {
    const line = this.#line;
    let text = "";
    for (let char = this.#take(); char !== quote; char = this.#take()) {
      if (char === "") throw new Error(`line ${line}: ${quote} is not closed`);
      text += char === "\\" ? this.#escaped() : char;
    }
    return text;
  }

  #word(): string {
    let text = "";
    for (let char = this.#text[this.#at]; char !== undefined; char = this.#text[this.#at]) {
      // `${name}` is a variable, not a block.
      if (/[\s;]/.test(char) || (char === "{" && !text.endsWith("$"))) break;
      this.#take();
      text += char === "\\" ? this.#escaped() : char;
    }
    return text;
  }

  #escaped(): string {
    const char = this.#take();
    return ESCAPES[char] ?? `\\${char}`;
  }
}
