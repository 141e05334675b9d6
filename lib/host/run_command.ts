/**
 * Runs a program of the host, bounded in time, without a shell and with a small environment of its
 * own: no token can reach a child.
 */

import { plainCause } from "../text/plain_cause.ts";
import { readInfo } from "./read.ts";

export interface CommandResult {
  /** Exit status; 124 when the time limit ended it, as `timeout(1)` has it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** A process that it started has its output open still, and loses it when we end. */
  readonly outlived: boolean;
}

/** The program is not on this host, or may not be run. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Where programs are looked up that are given by name: directories that only root can write to. */
const DIRECTORIES = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Absolute paths where a program may be, in the order in which they are tried. */
export function programPaths(program: string): readonly string[] {
  return program.includes("/")
    ? [program]
    : DIRECTORIES.map((directory) => `${directory}/${program}`);
}

/** Where `kill`, `ps`, `ln` and `chcon` are. */
export const KILL = ["/usr/bin/kill", "/bin/kill"];
export const PS = ["/usr/bin/ps", "/bin/ps"];
export const LN = ["/usr/bin/ln", "/bin/ln"];
export const CHCON = ["/usr/bin/chcon", "/bin/chcon"];

/** What is kept of each output; the rest is read and dropped. */
const OUTPUT_LIMIT = 65_536;

/** As under systemd. The directory in which VCM was called may be closed to its user. */
const ROOT = "/";

/** Milliseconds that a program has to end after SIGTERM. */
const GRACE = 5_000;

/** Milliseconds for output that comes late: a daemon that it started may never close the pipes. */
const LINGER = 500;

/**
 * @param program Absolute paths where the program may be, in the order in which they are tried.
 * @param limit Milliseconds after which the program is ended, with what it started.
 * @param env Further variables.
 *
 * Throws CommandError where none of the paths can be run. Needs run permission for them.
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
      if (!(error instanceof Deno.errors.NotFound) || isThere(path)) {
        throw new CommandError(`Cannot run "${path}": ${explain(error)}`, {
          cause: error,
        });
      }
    }
  }
  const name = program.length > 1 ? baseName(program[0] ?? "") : program[0];
  throw new CommandError(`Cannot run "${name}": not on this host`);
}

function isThere(path: string): boolean {
  return readInfo(path).kind !== "absent";
}

function explain(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "its interpreter is not on this host";
  return plainCause(error).replace(/^failed to spawn '.*': /, "").toLowerCase();
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
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
  const outputs = [new Output(child.stdout), new Output(child.stderr)] as const;
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
  const [stdout, stderr] = await Promise.all(outputs.map((output) => output.end()));
  return {
    code: late ? 124 : code,
    stdout: stdout?.text ?? "",
    stderr: stderr?.text ?? "",
    outlived: !late && (stdout?.open || stderr?.open || false),
  };
}

/**
 * Ends a program, and what it has started; answers whether it was still there. No process group of
 * its own: Ctrl-C must reach it. The rest by a program and not by the runtime's call, which wants the
 * right to run anything.
 */
function tryKill(child: Deno.ChildProcess, signal: "TERM" | "KILL"): boolean {
  const started = descendants(child.pid);
  try {
    child.kill(`SIG${signal}`);
  } catch {
    return false;
  } finally {
    if (started.length > 0) ask(KILL, ["-s", signal, "--", ...started.map(String)]);
  }
  return true;
}

/** What a process has started, and what that has, as far as they are not orphans. */
function descendants(pid: number): number[] {
  const children = Map.groupBy(
    ask(PS, ["-A", "-o", "pid=,ppid="]).split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number)),
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

/** What a program of the system prints; nothing where it is not on this host. */
function ask(program: readonly string[], args: string[]): string {
  for (const path of program) {
    try {
      const options = { args, clearEnv: true, cwd: ROOT, stdin: "null", stderr: "null" } as const;
      return new TextDecoder().decode(new Deno.Command(path, options).outputSync().stdout);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return "";
}

/** Reads a pipe to its end, however much comes, and keeps the beginning. */
class Output {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #done: Promise<void>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(pipe: ReadableStream<Uint8Array>) {
    this.#reader = pipe.getReader();
    this.#done = this.#read();
  }

  /** What has come, once the program has ended, and whether somebody could still write more. */
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
