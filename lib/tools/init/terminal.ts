/** What `vcm init` needs from the system beyond other commands. */
import { join, resolve } from "node:path";
import { readRegularBytes } from "../../host/regular_file.ts";
import { statusOf } from "../../host/end_signals.ts";
import { whenReady } from "../../host/when_ready.ts";
import type { Person } from "./person.ts";
import type { SiteReader } from "./types.ts";

export interface InitTerminal
  extends Pick<SiteReader, "bytes" | "mode" | "real">, Pick<Person, "readLine" | "readSecret"> {}

/** The functions of the real system. */
export const TERMINAL: InitTerminal = {
  readLine,
  readSecret,
  bytes: (path) => readRegularBytes(path).bytes,
  mode: (path) => {
    const { mode } = attempt(() => Deno.statSync(path)) ?? {};
    return typeof mode === "number" ? mode & 0o7777 : undefined;
  },
  real: (path) => real(path),
};

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined; // A proposal only: the person and the next command see what cannot be read.
  }
}

/** Reads a line; the terminal does the editing. */
function readLine(): string | undefined {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  // Byte by byte: what follows the line belongs to the next question.
  for (let count = readInto(one); one[0] !== 0x0a; count = readInto(one)) {
    if (count === null) return undefined;
    bytes.push(...one.subarray(0, count));
  }
  return new TextDecoder().decode(new Uint8Array(bytes)).replace(/\r$/, "");
}

function readInto(one: Uint8Array): number | null {
  return whenReady(() => Deno.stdin.readSync(one));
}

/** What the terminal's own editing does with these keys; the rest of it is off with the echo. */
const KEYS = {
  interrupt: 0x03,
  end: 0x04,
  backspace: [0x08, 0x7f],
  enter: [0x0a, 0x0d],
  clear: 0x15,
};

const NEWLINE = new Uint8Array([0x0a]);

/** Reads a line that the terminal does not show. Ctrl-C ends the process, as it does elsewhere. */
function readSecret(show: () => void): string | undefined {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  Deno.stdin.setRaw(true);
  try {
    // Not before: somebody may type ahead.
    show();
    for (;;) {
      const key = readInto(one) === null ? KEYS.end : one[0] ?? KEYS.end;
      if (KEYS.enter.includes(key)) break;
      if (key === KEYS.end && bytes.length === 0) return undefined;
      if (key === KEYS.interrupt) {
        Deno.stdin.setRaw(false);
        Deno.stdout.writeSync(NEWLINE);
        Deno.exit(statusOf("SIGINT"));
      }
      if (KEYS.backspace.includes(key)) bytes.pop();
      else if (key === KEYS.clear) bytes.length = 0;
      else if (key !== KEYS.end) bytes.push(key);
    }
  } finally {
    Deno.stdin.setRaw(false);
  }
  Deno.stdout.writeSync(NEWLINE);
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** The limit of Linux (path_resolution(7)). */
const MAX_LINKS = 40;

/** Many servers name the same directories, and a path may have thousands of them. */
const REAL = new Map<string, string>();

function real(path: string, links = 0): string {
  const known = REAL.get(path);
  if (known !== undefined) return known;
  const found = findReal(path, links);
  REAL.set(path, found);
  return found;
}

function findReal(path: string, links: number): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound;
    if (!isMissing || path === "/" || links > MAX_LINKS) return path;
  }
  // Not one after the other from the end: that would take time by the square.
  const names = path.split("/").slice(1);
  let [from, to] = [0, names.length];
  const upTo = (count: number) => `/${names.slice(0, count).join("/")}`;
  while (from < to) {
    const middle = Math.ceil((from + to) / 2);
    if (attempt(() => Deno.statSync(upTo(middle))) !== undefined) from = middle;
    else to = middle - 1;
  }
  const [there, next, rest] = [upTo(from), upTo(from + 1), names.slice(from + 1)];
  const target = attempt(() => Deno.readLinkSync(next));
  if (target === undefined) return join(real(there, links), ...names.slice(from));
  return real(join(resolve(real(there, links), target), ...rest), links + 1);
}
