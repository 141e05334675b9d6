/** Certificates in the configuration of HAProxy. Reads only. */
import { InvalidValue } from "../../config/scalars/scalar.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { quote } from "../../text/quote.ts";
import { ServerScan, type UsedSet } from "./server_scan.ts";
import type { Gathered, Program, SiteReader } from "./types.ts";
import { usedPath } from "./used_path.ts";

/** The path in packages. */
export const HAPROXY_FILE = "/etc/haproxy/haproxy.cfg";

/** The certificates of a configuration and of its certificate lists. */
export function scanHaproxy(file: string, reader: SiteReader): Gathered {
  const scan = new ServerScan(reader);
  const lines = readLines(file, parseHaproxy, scan);
  const base = lines.find(({ words }) => words[0] === "crt-base")?.words[1];
  const validate = ["haproxy", "-c", "-f", file];
  const program: Program = { name: "HAProxy", unit: "haproxy.service", validate };
  for (const { at, value, names } of certificatesIn(file, lines, scan)) {
    if (!scan.take("names", at, names.length + 1)) continue;
    const used = filesOf(value, base, reader);
    scan.add(program, at, names, typeof used === "string" ? `crt ${quote(value)} ${used}` : used);
  }
  return scan.gathered;
}

function readLines<T>(path: string, parse: (text: string) => T[], scan: ServerScan): T[] {
  try {
    return parse(scan.reader.read(path).text);
  } catch (error) {
    scan.note(path, `cannot be read: ${plainCause(error)}`);
    return [];
  }
}

interface Crt {
  /** `FILE:LINE` */
  readonly at: string;
  readonly value: string;
  readonly names: readonly string[];
}

/** In the order of the file. Each `crt-list` is read once. */
function* certificatesIn(
  file: string,
  lines: readonly HaproxyLine[],
  scan: ServerScan,
): Generator<Crt> {
  const lists = new Set<string>();
  for (const { words, line } of lines) {
    if (words[0] !== "bind" || !words.includes("ssl")) continue;
    const at = `${file}:${line}`;
    for (const [index, word] of words.entries()) {
      const value = words[index + 1];
      if (value === undefined) continue;
      if (word === "crt" || word === "default-crt") yield { at, value, names: [] };
      if (word !== "crt-list") continue;
      const path = pathFrom(value, undefined);
      if (path instanceof InvalidValue) {
        scan.note(at, `crt-list ${quote(value)} ${path.message}`);
      } else if (!lists.has(path) && scan.take("files", at)) {
        lists.add(path);
        yield* readLines(path, (text) => parseCrtList(text, path), scan);
      }
    }
  }
}

/** @param base The base of relative paths, if it is set. */
function pathFrom(text: string, base: string | undefined): string | InvalidValue {
  const path = usedPath(text, base ?? "/");
  if (path instanceof InvalidValue || base !== undefined || text.startsWith("/")) return path;
  return new InvalidValue("is relative to the directory in which HAProxy starts");
}

/**
 * The files of a certificate, or why they cannot be used. If a file contains no key, the key is in
 * the file beside it (`ssl-load-extra-files`).
 */
function filesOf(value: string, base: string | undefined, reader: SiteReader): UsedSet | string {
  const path = pathFrom(value, base);
  if (path instanceof InvalidValue) return path.message;
  if (isDirectory(path, reader)) {
    return "is a directory of certificates; add each of its files as a target, such as " +
      "{combined: FILE}";
  }
  const key = `${path}.key`;
  return {
    certificate: path,
    files: reader.exists(key) && !holdsKey(path, reader)
      ? [{ kind: "fullchain", path }, { kind: "privkey", path: key }]
      : [{ kind: "combined", path }],
  };
}

function holdsKey(path: string, reader: SiteReader): boolean {
  try {
    return reader.read(path).text.includes("PRIVATE KEY-----");
  } catch {
    return true;
  }
}

function isDirectory(path: string, reader: SiteReader): boolean {
  try {
    reader.list(path);
    return true;
  } catch {
    return false;
  }
}

interface HaproxyLine {
  readonly words: readonly string[];
  readonly line: number;
}

/** Sections are ignored: the words that matter occur only in one kind of section. */
export function parseHaproxy(text: string): HaproxyLine[] {
  return text.split("\n")
    .map((line, index) => ({ words: wordsOf(line), line: index + 1 }))
    .filter(({ words }) => words.length > 0);
}

/** Quotes and backslashes as in a shell; elsewhere "#" starts a comment (configuration.txt, 2.2). */
function wordsOf(line: string): string[] {
  const piece = /\\.|"(?:\\.|[^"\\])*"?|'[^']*'?|[^\s#"'\\]/.source;
  const words: string[] = [];
  for (const [word] of line.matchAll(new RegExp(`#.*|(?:${piece})+`, "g"))) {
    if (word.startsWith("#")) break;
    words.push(word.replace(new RegExp(piece, "g"), unquoted));
  }
  return words;
}

function unquoted(piece: string): string {
  if (piece.startsWith("'")) return piece.replace(/^'|'$/g, "");
  if (piece.startsWith('"')) return piece.replace(/^"|"$/g, "").replace(/\\(.)/g, "$1");
  return piece.startsWith("\\") ? piece.slice(1) : piece;
}

/** A `crt-list`: `FILE [options] name …` on each line. A name with a leading "!" is excluded. */
function parseCrtList(text: string, file: string): Crt[] {
  return text.split("\n").flatMap((line, index) => {
    const [, value, rest = ""] = /^\s*([^\s#[]+)(.*)$/.exec(line) ?? [];
    if (value === undefined) return [];
    const names = withoutOptions(rest).replace(/\s#.*/, " ").split(/\s+/)
      .filter((name) => /^[^!]/.test(name));
    return [{ at: `${file}:${index + 1}`, value, names }];
  });
}

/** Removes bracketed options. An unclosed bracket is part of a name. */
function withoutOptions(text: string): string {
  const left: string[] = [];
  let at = 0;
  for (let begin = text.indexOf("["); begin >= 0; begin = text.indexOf("[", at)) {
    const end = text.indexOf("]", begin);
    if (end < 0) break;
    left.push(text.slice(at, begin));
    at = end + 1;
  }
  return [...left, text.slice(at)].join(" ");
}
