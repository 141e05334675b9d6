/** Certificates in the configuration of HAProxy. Reads only. */
import { quote } from "../../text/quote.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { Budget } from "./budget.ts";
import { type HaproxyLine, parseCrtList, parseHaproxy } from "./haproxy_syntax.ts";
import type { Gathered, Program, SiteReader, UsedFile } from "./types.ts";
import { UnusablePath, usedPath } from "./used_path.ts";

/** The path in packages. */
export const HAPROXY_FILE = "/etc/haproxy/haproxy.cfg";

/** The certificates of a configuration and of its certificate lists. */
export function scanHaproxy(file: string, reader: SiteReader): Gathered {
  const gathered: Gathered = { uses: [], notes: [] };
  let lines: HaproxyLine[];
  try {
    lines = parseHaproxy(reader.read(file).text);
  } catch (error) {
    gathered.notes.push({ at: file, message: `cannot be read: ${plainCause(error)}` });
    return gathered;
  }
  const base = lines.find(({ words }) => words[0] === "crt-base")?.words[1];
  const budget = new Budget(gathered.notes);
  const scan: Scan = { base, program: haproxy(file), reader, gathered, budget, lists: new Set() };
  for (const { words, line } of lines) {
    if (words[0] !== "bind" || !words.includes("ssl")) continue;
    for (const [index, word] of words.entries()) {
      const value = words[index + 1];
      if (value === undefined) continue;
      const at = `${file}:${line}`;
      if (word === "crt" || word === "default-crt") takeCertificate(scan, { at, value, names: [] });
      if (word === "crt-list") takeList(scan, at, value);
    }
  }
  return gathered;
}

function haproxy(file: string): Program {
  return { name: "HAProxy", unit: "haproxy.service", validate: ["haproxy", "-c", "-f", file] };
}

interface Scan {
  /** The base of relative paths, if it is set. */
  readonly base: string | undefined;
  readonly program: Program;
  readonly reader: SiteReader;
  readonly gathered: Gathered;
  readonly budget: Budget;
  /** The `crt-list`s that were read. Each is read once. */
  readonly lists: Set<string>;
}

interface Named {
  readonly at: string;
  readonly value: string;
  readonly names: readonly string[];
}

function takeCertificate(scan: Scan, { at, value, names }: Named): void {
  const { base, program, reader, gathered, budget } = scan;
  if (!budget.take("names", at, names.length + 1)) return;
  const path = pathFrom(value, base);
  const note = (message: string) =>
    void gathered.notes.push({ at, message: `crt ${quote(value)} ${message}` });
  if (path instanceof UnusablePath) return note(path.problem);
  if (isDirectory(path, reader)) {
    return note(
      "is a directory of certificates; add each of its files as a target, such as " +
        "{combined: FILE}",
    );
  }
  gathered.uses.push({ program, at, names, certificate: path, files: filesOf(path, reader) });
}

function pathFrom(text: string, base: string | undefined): string | UnusablePath {
  const path = usedPath(text, base ?? "/");
  if (path instanceof UnusablePath || base !== undefined || text.startsWith("/")) return path;
  return new UnusablePath("is relative to the directory in which HAProxy starts");
}

/** If a file contains no key, the key is in the file beside it (`ssl-load-extra-files`). */
function filesOf(path: string, reader: SiteReader): UsedFile[] {
  const key = `${path}.key`;
  return reader.exists(key) && !holdsKey(path, reader)
    ? [{ what: "fullchain", path }, { what: "privkey", path: key }]
    : [{ what: "combined", path }];
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

/** A `crt-list`: one certificate per line, with the names that select it. */
function takeList(scan: Scan, at: string, value: string): void {
  const { reader, gathered, budget, lists } = scan;
  const path = pathFrom(value, undefined);
  if (path instanceof UnusablePath) {
    gathered.notes.push({ at, message: `crt-list ${quote(value)} ${path.problem}` });
    return;
  }
  if (lists.has(path) || !budget.take("files", at)) return;
  lists.add(path);
  try {
    for (const { value, names, line } of parseCrtList(reader.read(path).text)) {
      takeCertificate(scan, { at: `${path}:${line}`, value, names });
    }
  } catch (error) {
    gathered.notes.push({ at: path, message: `cannot be read: ${plainCause(error)}` });
  }
}
