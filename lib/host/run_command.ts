/**
 * Runs programs of the host with a time limit, without a shell and with a small environment of their
 * own, so that no token can reach a child.
 */
import { isGuarded } from "./command_guard.ts";
import { type EndSignal, isReceived, receiveEnds, statusOf } from "./end_signals.ts";
import { nameOf } from "../text/path.ts";
import { plainCause } from "../text/plain_cause.ts";
import { GRACE, ProcessTree, type Signal } from "./process_tree.ts";
import { readInfo } from "./read.ts";
import { ROOT } from "./run_sync.ts";

/** Exit status after the time limit, as timeout(1) has it. */
export const TIMED_OUT = 124;

export interface CommandResult {
  /** Exit status, or `TIMED_OUT`. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** A process that it started still has its output open, and loses it when vcm ends. */
  readonly outlived: boolean;
}

/** The program is not on this host or cannot be run. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Directories in which programs are found by name; only root can write to them. */
const DIRECTORIES = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Absolute paths to try for a program, in order. */
export function programPaths(program: string): readonly string[] {
  return program.includes("/")
    ? [program]
    : DIRECTORIES.map((directory) => `${directory}/${program}`);
}

/** Characters kept of each output; the rest is read and dropped. */
const OUTPUT_LIMIT = 65_536;

/** Milliseconds to wait for late output: a daemon that the program started may never close the pipes. */
const LINGER = 500;

/** Milliseconds in which the main thread tells of a signal. */
const HEARD = 500;

/** What ends each command that this thread runs. */
const running = new Set<(signal: Signal) => void>();
/** Why no command may run any more. */
let endedBecause: string | undefined;
/** Commands get a session of their own, so that no signal of a terminal or shell reaches them. */
let isSupervised = false;

/**
 * From now on the commands of this thread are ended by the returned function, and not by signals to
 * VCM's process group. It ends all of them with their descendants, and lets none begin: with TERM,
 * and with KILL those that go on for 5 s. `why` is for messages.
 */
export function superviseCommands(): (why: string, signal: Signal) => void {
  isSupervised = true;
  return endCommands;
}

/** Ends all commands of this thread, and lets none begin. */
export function endCommands(why: string, signal: Signal): void {
  endedBecause = why;
  for (const end of running) end(signal);
}

let guard: Disposable | undefined;
let endedBy: EndSignal | undefined;

/** Called before a command is started: a signal that came before would leave it behind. */
function begin(): void {
  if (!isGuarded() || isReceived()) return;
  guard = receiveEnds((signal) => {
    const isSecond = endedBy !== undefined;
    endedBy ??= signal;
    endCommands(`${signal} was received`, isSecond ? "KILL" : "TERM");
    if (isSecond) Deno.exit(statusOf(signal));
  });
}

function finish(): void {
  if (running.size > 0) return;
  if (endedBy !== undefined) Deno.exit(statusOf(endedBy));
  guard?.[Symbol.dispose]();
  guard = undefined;
}

/**
 * @param program Absolute paths to try, in order.
 * @param limit Milliseconds after which the program and its descendants are killed.
 * @param env More variables.
 *
 * Throws CommandError if none of the paths can be run, or after all were ended. Needs run permission
 * for them.
 */
export async function runCommand(
  program: readonly string[],
  args: readonly string[],
  limit: number,
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  for (const path of program) {
    if (endedBecause !== undefined) {
      throw new CommandError(`"${path}" was not run, because ${endedBecause}`);
    }
    try {
      begin();
      return await runOnce(path, args, limit, env);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      const isMissing = error instanceof Deno.errors.NotFound;
      if (isMissing && readInfo(path).kind === "absent") continue;
      const why = isMissing ? "its interpreter is not on this host" : spawnCause(error);
      throw new CommandError(`Cannot run "${path}": ${why}`, { cause: error });
    } finally {
      finish();
    }
  }
  const name = program.length > 1 ? nameOf(program[0] ?? "") : program[0];
  throw new CommandError(`Cannot run "${name}": not on this host`);
}

/** As `runCommand()`; undefined if none of the paths can be run. */
export async function tryCommand(
  program: readonly string[],
  args: readonly string[],
  limit: number,
): Promise<CommandResult | undefined> {
  return await runCommand(program, args, limit).catch(ignoreCommandError);
}

/** For a promise's `catch()`: undefined if the program cannot be run; throws any other error. */
export function ignoreCommandError(error: unknown): undefined {
  if (!(error instanceof CommandError)) throw error;
}

/** Why the runtime could not start a program, without the program's name. */
export function spawnCause(error: unknown): string {
  return plainCause(error).replace(/^failed to spawn '.*': /, "").toLowerCase();
}

async function runOnce(
  path: string,
  args: readonly string[],
  limit: number,
  env: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const child = new Deno.Command(path, {
    args: [...args],
    clearEnv: true,
    env: { PATH: DIRECTORIES.join(":"), LC_ALL: "C", TZ: "UTC", ...env },
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: isSupervised,
  }).spawn();
  const outputs = [new Output(child.stdout), new Output(child.stderr)];
  const tree = new ProcessTree(child, isSupervised);
  let late = false;
  let ended = false;
  const timers = [
    setTimeout(() => {
      late = tree.signal("TERM");
    }, limit),
    setTimeout(() => tree.signal("KILL"), limit + GRACE),
  ];
  const end = (signal: Signal) => {
    ended = tree.signal(signal) || ended;
    timers.push(setTimeout(() => tree.signal("KILL"), GRACE));
  };
  running.add(end);
  const status = await child.status;
  // A service manager signals VCM and its commands together.
  if (isSupervised && isEndedBySignal(status)) ended = await isEnding() || ended;
  const { code } = status;
  await tree.end();
  running.delete(end);
  timers.forEach(clearTimeout);
  const read = await Promise.all(outputs.map((output) => output.end()));
  // What a command makes of SIGTERM says nothing about its work.
  if (ended) throw new CommandError(`"${path}" was ended, because ${endedBecause}`);
  const [stdout = "", stderr = ""] = read.map(({ text }) => text);
  const outlived = !late && read.some(({ open }) => open);
  return { code: late ? TIMED_OUT : code, stdout, stderr, outlived };
}

/** Statuses of programs that end themselves after SIGHUP, SIGINT and SIGTERM: 128 and the number. */
const SIGNAL_STATUSES = [129, 130, 143];

function isEndedBySignal({ code, signal }: Deno.CommandStatus): boolean {
  return signal !== null || SIGNAL_STATUSES.includes(code);
}

/** Whether all commands are being ended; gives a signal that VCM got too the time to be heard of. */
async function isEnding(): Promise<boolean> {
  for (let waited = 0; endedBecause === undefined && waited < HEARD; waited += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return endedBecause !== undefined;
}

/** Reads a pipe to its end and keeps the beginning. */
class Output {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #done: Promise<void>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(pipe: ReadableStream<Uint8Array>) {
    this.#reader = pipe.getReader();
    this.#done = this.#read();
  }

  /** The output once the program has ended, and whether another process still has the pipe open. */
  async end(): Promise<{ readonly text: string; readonly open: boolean }> {
    const { promise: late, resolve } = Promise.withResolvers<true>();
    const timer = setTimeout(resolve, LINGER, true);
    const open = await Promise.race([this.#done.then(() => false), late]);
    clearTimeout(timer);
    await this.#reader.cancel().catch(() => undefined);
    return { text: this.#text, open };
  }

  async #read(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      if (this.#text.length < OUTPUT_LIMIT) {
        this.#text += this.#decoder.decode(value, { stream: true });
      }
    }
  }
}
