/** The narrow door to the process: arguments come in by it, text and permissions go out. */

import { fstatSync } from "node:fs";
import { type FileText, readRegularFile } from "../host/regular_file.ts";
import { openLog } from "../host/open_log.ts";

export interface Host {
  env(name: string): string | undefined;
  /** Numeric id of the user who runs this. */
  uid(): number;
  now(): Date;
  /** Writes to standard output, which holds the result. */
  out(text: string): void;
  /** Writes to standard error, which holds the log; never throws. */
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Standard error is systemd's journal. */
  readonly errIsJournal: boolean;
  /** Columns of the terminal on standard output, where it is one. */
  readonly columns: number | undefined;
  /** Text and permission bits of a regular file. */
  read(path: string): FileText;
  /** Names of all that lies in a directory. */
  list(path: string): readonly string[];
  exists(path: string): boolean;
  /** There is a person at a terminal. */
  readonly canAsk: boolean;
  /** Asks that person; a bare Enter is a no. */
  ask(question: string): boolean;
  /** Opens a file that only its owner may read, to append to it. */
  openLog(path: string): (text: string) => void;
  /** Plans are carried out in a thread of their own, and this one gives its rights up. */
  readonly usesWorker: boolean;
  /** Gives permissions up for the rest of the process. */
  giveUp(...permissions: Deno.PermissionDescriptor["name"][]): void;
}

/** The host that the program runs on. */
export function processHost(): Host {
  const encoder = new TextEncoder();
  return {
    env: readVariable,
    uid: () => Deno.uid() ?? 0,
    now: () => new Date(),
    out: (text) => {
      try {
        writeAll(Deno.stdout, encoder.encode(text));
      } catch (error) {
        // Whoever read it, `head` for example, has heard enough.
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      }
    },
    err: (text) => {
      try {
        writeAll(Deno.stderr, encoder.encode(text));
      } catch {
        // There is nobody left to tell; a log that cannot be written must not stop the work.
        return;
      }
    },
    outIsTerminal: Deno.stdout.isTerminal(),
    errIsTerminal: Deno.stderr.isTerminal(),
    // Before the right to the environment is given up.
    errIsJournal: isJournal(Deno.env.get("JOURNAL_STREAM")),
    get columns() {
      return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : undefined;
    },
    read: readRegularFile,
    list: (path) => [...Deno.readDirSync(path)].map((entry) => entry.name),
    exists: (path) => {
      try {
        Deno.lstatSync(path);
        return true;
      } catch (error) {
        // What cannot be looked at is there: reading it will say why it cannot be read.
        return !(error instanceof Deno.errors.NotFound);
      }
    },
    get canAsk() {
      return Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
    },
    ask: (question) => confirm(question),
    openLog,
    usesWorker: true,
    giveUp: (...permissions) => {
      for (const name of permissions) {
        Deno.permissions.revokeSync({ name } as Deno.PermissionDescriptor);
      }
    },
  };
}

/** Throws Error if its value is not UTF-8. */
function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Error(`The variable ${name} is not valid UTF-8; fix: unset ${name}`, {
      cause: error,
    });
  }
}

/** @param stream Device and inode, which a child with another standard error inherits, too (sd-daemon(3)). */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(2);
  return stream === `${dev}:${ino}`;
}

interface Sink {
  writeSync(bytes: Uint8Array): number;
}

function writeAll(sink: Sink, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += sink.writeSync(bytes.subarray(at));
}
