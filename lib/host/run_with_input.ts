/** Runs a program that reads its standard input, to its end. */
import { CommandError, spawnCause } from "./run_command.ts";
import { ROOT } from "./run_sync.ts";
import type { HostUser } from "./types.ts";

export interface InputResult {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface InputOptions {
  /** Whose process it is, without supplementary groups; absent: this process's user. */
  readonly user?: HostUser | undefined;
  /** Milliseconds after which it is ended. */
  readonly limit?: number | undefined;
}

/** Characters of what another user's process says: the user can make it say anything, without end. */
const LONGEST = 1_000;

/** Milliseconds: what is run reads or changes a few inodes, but a disk may be slow. */
const LIMIT = 30_000;

/**
 * The output of another user's process is not read, and only the beginning of its errors.
 *
 * @param program Absolute paths to try, in order.
 * @returns undefined if the program is not on this host.
 *
 * Throws CommandError. Needs run permission for the program.
 */
export async function runWithInput(
  program: readonly string[],
  args: readonly string[],
  input: string,
  { user, limit = LIMIT }: InputOptions = {},
): Promise<InputResult | undefined> {
  for (const path of program) {
    try {
      const child = new Deno.Command(path, {
        args: [...args],
        clearEnv: true,
        env: { LC_ALL: "C" },
        cwd: ROOT,
        stdin: "piped",
        stdout: user === undefined ? "piped" : "null",
        stderr: "piped",
        // A signal of the terminal does not end it half way.
        detached: true,
        ...(user && { uid: user.uid, gid: user.gid }),
      }).spawn();
      // Both are read while the input is written, or both sides would wait for ever.
      const output = Promise.all([
        user === undefined ? readText(child.stdout) : "",
        readText(child.stderr, user === undefined ? Infinity : LONGEST),
      ]);
      return await exchange(child, output, path, input, limit);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      if (error instanceof Deno.errors.NotFound) continue;
      throw new CommandError(`Cannot run "${path}": ${spawnCause(error)}`, { cause: error });
    }
  }
  return undefined;
}

/** Ends the program after the limit, and does not wait for it if it cannot be ended. */
async function exchange(
  child: Deno.ChildProcess,
  output: Promise<readonly [string, string]>,
  path: string,
  input: string,
  limit: number,
): Promise<InputResult> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new CommandError(`"${path}" took longer than ${limit / 1000} s`));
    try {
      child.kill("SIGKILL");
    } catch {
      return; // It has already ended.
    }
  }, limit);
  const write = async () => {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  };
  try {
    // A program that ends early tells why by its output.
    const written = write().catch(() => undefined);
    const [{ success }, [stdout, stderr]] = await Promise.race([
      Promise.all([child.status, output, written]),
      late,
    ]);
    return { success, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

/** Closes the pipe after this many characters. */
async function readText(pipe: ReadableStream<Uint8Array>, longest = Infinity): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of pipe) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > longest) break;
  }
  return text;
}
