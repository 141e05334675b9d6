/** The process as commands see it: environment, terminal, output, files and permissions. */
import { fstatSync } from "node:fs";
import { type FileText, readRegularFile } from "../host/regular_file.ts";
import { listWhole } from "../host/list_whole.ts";
import { whenReady } from "../host/when_ready.ts";
import { openLog } from "../host/open_log.ts";
import { errorCode, plainCause } from "../text/plain_cause.ts";

export interface Host {
  env(name: string): string | undefined;
  /** Numeric id of the running user. */
  uid(): number;
  now(): Date;
  /** Name of this host. */
  hostName(): string;
  /** Bytes of a core file, or `unlimited`. Undefined: it cannot be determined. */
  coreLimit(): Promise<string | undefined>;
  /** Writes to standard output, which holds the result. */
  out(text: string): void;
  /** Writes to standard error, which holds the log; never throws. */
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Standard error is systemd's journal. */
  readonly errIsJournal: boolean;
  /** Columns of the terminal on standard output or standard error, if one of them is and knows them. */
  readonly columns: number | undefined;
  /** Text and permission bits of a regular file. */
  read(path: string): FileText;
  /** Names of all entries of a directory. */
  list(path: string): readonly string[];
  exists(path: string): boolean;
  /** Whether standard input and output are a terminal. */
  readonly canAsk: boolean;
  /** Asks a yes-or-no question; Enter alone means no. */
  ask(question: string): boolean;
  /** Opens a file for appending; a new file is readable by its owner only. */
  openLog(path: string): (text: string) => void;
  /** Plans run in a worker, and this thread gives up its permissions. */
  readonly usesWorker: boolean;
  /** Gives up permissions for the rest of the process. */
  giveUp(...permissions: Deno.PermissionDescriptor["name"][]): void;
}

/** Runs one command line of VCM and returns its exit status. */
export type RunCommandLine = (args: readonly string[], host: Host) => Promise<number>;

/** The host that the program runs on. */
export function processHost(): Host {
  const encoder = new TextEncoder();
  const outIsTerminal = Deno.stdout.isTerminal();
  return {
    env: readVariable,
    uid: () => Deno.uid() ?? 0,
    now: () => new Date(),
    hostName: () => Deno.hostname(),
    coreLimit: async () => await (await import("../host/core_limit.ts")).coreLimit(),
    out: (text) => {
      try {
        writeAll(Deno.stdout, encoder.encode(text));
      } catch (error) {
        // The reader, such as `head`, has closed the pipe, or the terminal is gone.
        const isGone = error instanceof Deno.errors.BrokenPipe ||
          (outIsTerminal && errorCode(error) === "EIO");
        if (isGone) return;
        const message = `Cannot write to standard output: ${plainCause(error)}; send it elsewhere`;
        throw new Error(message, { cause: error });
      }
    },
    err: (text) => {
      try {
        writeAll(Deno.stderr, encoder.encode(text));
      } catch {
        // The error cannot be reported, and a log that cannot be written must not stop the work.
        return;
      }
    },
    outIsTerminal,
    errIsTerminal: Deno.stderr.isTerminal(),
    // Read now, before permission for the environment is given up.
    errIsJournal: isJournal(Deno.env.get("JOURNAL_STREAM")),
    get columns() {
      const isTerminal = Deno.stdout.isTerminal() || Deno.stderr.isTerminal();
      // 0: the terminal does not know it, as one of "script" or a serial line.
      return isTerminal && Deno.consoleSize().columns || undefined;
    },
    read: readRegularFile,
    list: listWhole,
    exists: (path) => {
      try {
        Deno.lstatSync(path);
        return true;
      } catch (error) {
        // It exists, or cannot be checked: then reading it reports why.
        return !(error instanceof Deno.errors.NotFound);
      }
    },
    get canAsk() {
      return Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
    },
    ask,
    openLog,
    usesWorker: true,
    giveUp: (...permissions) => {
      for (const name of permissions) {
        Deno.permissions.revokeSync({ name } as Deno.PermissionDescriptor);
      }
    },
  };
}

/** Throws Error on a terminal that the runtime made non-blocking (`whenReady()`). */
function ask(question: string): boolean {
  try {
    return confirm(question);
  } catch (error) {
    if (errorCode(error) !== "EAGAIN") throw error;
    const message =
      "Cannot ask on this terminal, because this user may not open it, as after su(1); " +
      "answer by --yes, or get a terminal of your own: script -q /dev/null";
    throw new Error(message, { cause: error });
  }
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

/**
 * Compares with standard error, because children inherit the variable, too.
 *
 * @param stream sd-daemon(3).
 */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(2);
  return stream === `${dev}:${ino}`;
}

function writeAll(sink: typeof Deno.stdout | typeof Deno.stderr, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += whenReady(() => sink.writeSync(bytes.subarray(at)));
}
