/**
 * Whether every reader of PEM, such as OpenSSL, loads a text (RFC 7468), and its clean form. VCM also
 * finds blocks in looser forms: they share a line with other text, or contain blank lines. Pure.
 */
import { Buffer } from "node:buffer";
import { encodePem } from "./pem.ts";
import type { Part } from "./types.ts";

const LINE_LENGTH = 64;

const EDGE = /^-----(BEGIN|END) ([^-]*)-----$/;

/** Why a program may not load a text, or load less of it than VCM: the line, for people. */
export function formProblem(part: Part, text: string): string | undefined {
  return isClean(part, text) ? undefined : new LineReader(part).read(text);
}

const CERTIFICATE = /^-----BEGIN CERTIFICATE-----$/;
const KEY = /^-----BEGIN (?:[A-Z0-9]+ )?PRIVATE KEY-----$/;

/** Whether a text is as VCM writes it, which is the usual case: only blocks, with full lines. */
function isClean(part: Part, text: string): boolean {
  for (let at = 0; at < text.length;) {
    const start = text.indexOf("\n", at) + 1;
    const edge = text.slice(at, start - 1);
    if (!(part === "privkey" ? KEY : CERTIFICATE).test(edge)) return false;
    const last = `\n${edge.replace("BEGIN", "END")}\n`;
    const end = text.indexOf(last, start);
    if (end < 0 || !isCleanBody(text.slice(start, end))) return false;
    at = end + last.length;
  }
  return true;
}

function isCleanBody(body: string): boolean {
  let start = 0;
  for (let end = body.indexOf("\n"); end >= 0; end = body.indexOf("\n", start)) {
    if (end - start !== LINE_LENGTH) return false;
    start = end + 1;
  }
  const last = body.length - start;
  return last > 0 && last <= LINE_LENGTH && last % 4 === 0 && /^[A-Za-z0-9+/\n]+={0,2}$/.test(body);
}

class LineReader {
  readonly #part: Part;
  /** Label of the open block. */
  #label: string | undefined;
  /** Base64 characters of the open block. */
  #size = 0;
  #isLast = false;

  constructor(part: Part) {
    this.#part = part;
  }

  read(text: string): string | undefined {
    for (const [at, line] of text.replace(/^\ufeff/, "").split("\n").entries()) {
      const problem = this.#readLine(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (problem !== undefined) return `line ${at + 1} ${problem}`;
    }
    return this.#label === undefined ? undefined : "its last block is cut off";
  }

  #readLine(line: string): string | undefined {
    const [, edge, label = ""] = EDGE.exec(line) ?? [];
    if (edge === "BEGIN") return this.#begin(label);
    if (edge === "END") return this.#end(label);
    if (/-----(?:BEGIN|END) /.test(line)) return "has more than the begin or the end of a block";
    if (this.#label !== undefined) return this.#readBody(line);
    return line.includes("\0") ? "contains NUL bytes" : undefined;
  }

  #begin(label: string): string | undefined {
    if (this.#label !== undefined) return "begins a block inside another one";
    // VCM does not see the first two, and what is deployed as a certificate may be open to every user.
    const odd = /^(?:(?:X509|TRUSTED) CERTIFICATE|(?:[A-Z0-9]+ )?PRIVATE KEY)$/;
    if (this.#part !== "privkey" && odd.test(label)) return `begins a block "${label}"`;
    [this.#label, this.#size, this.#isLast] = [label, 0, false];
    return undefined;
  }

  #end(label: string): string | undefined {
    if (label !== this.#label) return "ends a block that did not begin";
    this.#label = undefined;
    return this.#size === 0 || this.#size % 4 !== 0
      ? "ends a block that is not complete"
      : undefined;
  }

  #readBody(line: string): string | undefined {
    if (line === "") return "is blank, inside a block";
    if (this.#isLast) return "follows a shorter line of its block";
    this.#isLast = line.length < LINE_LENGTH || line.endsWith("=");
    this.#size += line.length;
    return line.length <= LINE_LENGTH && /^[A-Za-z0-9+/]+={0,2}$/.test(line)
      ? undefined
      : `is not Base64 of at most ${LINE_LENGTH} characters`;
  }
}

/**
 * The certificates, or the private key, of a text as VCM would write them, and nothing else;
 * `undefined` if one of them is not whole.
 */
export function cleanForm(part: Part, text: string): string | undefined {
  if (part === "privkey") return keyBlock(text);
  const begin = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g;
  const blocks: string[] = [];
  for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
    const block = blockAfter(text, begin.lastIndex, "CERTIFICATE");
    if (block === undefined) return undefined;
    blocks.push(block);
  }
  return blocks.length === 0 ? undefined : blocks.join("");
}

/** The first private key of a text, which is the one that programs load, in clean form. */
export function keyBlock(text: string): string | undefined {
  const found = /-----BEGIN ((?:[A-Z0-9]+ )?PRIVATE KEY)-----/.exec(text);
  if (found === null) return undefined;
  return blockAfter(text, found.index + found[0].length, found[1] ?? "");
}

function blockAfter(text: string, start: number, label: string): string | undefined {
  const edge = /-----END [^-]*-----/g;
  edge.lastIndex = start;
  const end = edge.exec(text)?.index;
  if (end === undefined) return undefined;
  // In a text that was a JSON string, a line break can be two characters.
  const body = text.slice(start, end).replace(/\s|\\[nr]/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return undefined;
  const der = Buffer.from(body, "base64");
  return isOneSequence(der) ? encodePem(der, label) : undefined;
}

/** Whether bytes are one SEQUENCE (X.690, 8.1) and nothing else. */
export function isOneSequence(der: Uint8Array): boolean {
  const [tag, first = 0x80] = der;
  if (tag !== 0x30 || first === 0x80 || first > 0x84) return false;
  const begin = first < 0x80 ? 2 : first - 0x80 + 2;
  const length = first < 0x80
    ? first
    : der.subarray(2, begin).reduce((sum, byte) => sum * 256 + byte, 0);
  return der.length === begin + length;
}
