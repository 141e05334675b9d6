/**
 * Runs programs of the host with a time limit, without a shell and with a small environment of their
 * own, so that no token can reach a child.
 */
import { nameOf } from "../text/path.ts";
import { plainCause } from "../text/plain_cause.ts";
import { readInfo } from "./read.ts";

export interface CommandResult {
  /** Exit status; 124 after the time limit, as timeout(1) has it. */
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

/** Paths of `kill`, `ps`, `ln` and `chcon`. */
export const KILL = ["/usr/bin/kill", "/bin/kill"];
export const PS = ["/usr/bin/ps", "/bin/ps"];
export const LN = ["/usr/bin/ln", "/bin/ln"];
export const CHCON = ["/usr/bin/chcon", "/bin/chcon"];

/** Characters kept of each output; the rest is read and dropped. */
const OUTPUT_LIMIT = 65_536;

/** Working directory, as under systemd. The one in which vcm was started may be inaccessible to its user. */
const ROOT = "/";

/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE = 5_000;

/** Milliseconds to wait for late output: a daemon that the program started may never close the pipes. */
const LINGER = 500;

/**
 * @param program Absolute paths to try, in order.
 * @param limit Milliseconds after which the program and its descendants are killed.
 * @param env More variables.
 *
 * Throws CommandError if none of the paths can be run. Needs run permission for them.
 */
export async function runCommand(
  program: readonly string[],
  args: readonly string[],
  limit: number,
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  for (const path of program) {
    try {
      return await runOnce(path, args, limit, env);
    } catch (error) {
      const isMissing = error instanceof Deno.errors.NotFound;
      if (isMissing && readInfo(path).kind === "absent") continue;
      const why = isMissing ? "its interpreter is not on this host" : spawnCause(error);
      throw new CommandError(`Cannot run "${path}": ${why}`, { cause: error });
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
  }).spawn();
  const outputs = [new Output(child.stdout), new Output(child.stderr)];
  let late = false;
  const timers = [
    setTimeout(() => {
      late = tryKill(child, "TERM");
    }, limit),
    setTimeout(() => tryKill(child, "KILL"), limit + GRACE),
  ];
  const { code } = await child.status;
  timers.forEach(clearTimeout);
  if (late) tryKill(child, "KILL");
  const ended = await Promise.all(outputs.map((output) => output.end()));
  const [stdout = "", stderr = ""] = ended.map(({ text }) => text);
  const outlived = !late && ended.some(({ open }) => open);
  return { code: late ? 124 : code, stdout, stderr, outlived };
}

/**
 * Kills a program and its descendants; returns whether it was still running. It has no process group
 * of its own, because Ctrl-C must reach it. The descendants are killed by a program: the runtime's own
 * call needs permission to run anything.
 */
function tryKill(child: Deno.ChildProcess, signal: "TERM" | "KILL"): boolean {
  const descendants = descendantsOf(child.pid);
  try {
    child.kill(`SIG${signal}`);
  } catch {
    return false;
  } finally {
    if (descendants.length > 0) runSync(KILL, ["-s", signal, "--", ...descendants.map(String)]);
  }
  return true;
}

/** Children of a process, and their children, unless they have become orphans. */
function descendantsOf(pid: number): number[] {
  const { stdout = "" } = runSync(PS, ["-A", "-o", "pid=,ppid="]) ?? {};
  const children = Map.groupBy(
    stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number)),
    ([, parent]) => parent,
  );
  const found: number[] = [];
  const gather = (parent: number) => {
    for (const [child] of children.get(parent) ?? []) {
      if (child === undefined || found.includes(child)) continue;
      found.push(child);
      gather(child);
    }
  };
  gather(pid);
  return found;
}

/**
 * Runs a small program to its end, without a time limit.
 *
 * @param program Absolute paths to try, in order.
 * @returns undefined if the program is not on this host. `failure` names the program and the first line
 * of its standard error.
 *
 * Throws the system's error. Needs run permission for the program.
 */
export function runSync(
  program: readonly string[],
  args: readonly string[],
): { readonly success: boolean; readonly stdout: string; readonly failure: string } | undefined {
  for (const path of program) {
    try {
      const { success, stdout, stderr } = new Deno.Command(path, {
        args: [...args],
        clearEnv: true,
        env: { LC_ALL: "C" },
        cwd: ROOT,
        stdin: "null",
      }).outputSync();
      const [firstLine = ""] = new TextDecoder().decode(stderr).trim().split("\n");
      const failure = `"${path}" failed: ${firstLine}`;
      return { success, stdout: new TextDecoder().decode(stdout), failure };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
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
