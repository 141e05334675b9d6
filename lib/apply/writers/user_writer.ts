/**
 * Carries out orders as another user: by a process of VCM itself that has that user's ids, no
 * further groups, an empty environment, a session of its own and nothing open but pipes to us. So
 * what the user can make of the paths in the meantime can harm nobody but that user.
 *
 * The user may stop, end or change that process. So its answers are taken for no more than they
 * can be: yes, no, which file was kept, or the code of an error; and it is ended where it does not
 * answer in time.
 *
 * Not guaranteed: that the files are where they should be. That is for the user to keep up, and for
 * the next run to see.
 */
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { plainCause } from "../../text/plain_cause.ts";
import { temporaryFile } from "../../store/store_paths.ts";
import type { HostUser } from "../../host/types.ts";
import { wordsFor } from "./error_codes.ts";
import { giveGroup } from "./give_group.ts";
import {
  type FileRequest,
  isIdentity,
  type NewFile,
  NONE,
  OTHER,
  type WriterAnswer,
} from "./writer.ts";
import { lines } from "./lines.ts";

/** The first argument by which the program is such a process. */
export const WRITER_PROCESS = "write-files-as";

/** How this program is started once more. */
export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Milliseconds for one order: writing is little, and a disk may be slow. */
const LIMIT = 30_000;

/** Milliseconds to end once there are no more orders. */
const GRACE = 2_000;

/** Characters; an answer is much shorter. */
const LONGEST_ANSWER = 200;

export class UserWriter {
  readonly #user: HostUser;
  readonly #program: Program;
  readonly #limit: number;
  #process: Process | undefined;
  /** Why it can do nothing any more. */
  #broken: Error | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(user: HostUser, program: Program = ownProgram(), limit: number = LIMIT) {
    this.#user = user;
    this.#program = program;
    this.#limit = limit;
  }

  /** Answers as a `Hand` does. Needs run permission for the program; only root may call it. */
  carryOut(order: FileRequest): Promise<WriterAnswer> {
    const answer = this.#turn.then(() =>
      order.do === "make" ? this.#make(order.file) : this.#ask(order)
    );
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  /** The group is the process's own at first; one that it cannot give is given by us. */
  async #make(file: NewFile): Promise<boolean> {
    const { uid, gid } = this.#user;
    const desired = file.gid ?? gid;
    // Until the group is right, nobody but the user has any right to the file.
    const mode = desired === gid ? file.mode : file.mode & 0o700;
    await this.#ask({ do: "make", file: { ...file, uid, gid, mode } });
    if (desired === gid) return true;
    const temporary = temporaryFile(file.path);
    try {
      const content = Buffer.from(file.content.data, file.content.encoding);
      giveGroup(temporary, { uid, gid: desired, mode: file.mode, content });
      return true;
    } catch (error) {
      // The failure is what counts; what stays is found and cleared away by the next run.
      await this.#ask({ do: "remove", path: temporary }).catch(() => undefined);
      throw error;
    }
  }

  async #ask(order: FileRequest): Promise<WriterAnswer> {
    if (this.#broken !== undefined) throw this.#broken;
    let text: string | undefined;
    try {
      text = await this.#exchange(JSON.stringify(order));
    } catch (error) {
      if (this.#process !== undefined) kill(this.#process.child);
      this.#broken = new Error(`${plainCause(error)} (as user ${this.#user.uid})`);
      throw this.#broken;
    }
    const answer = readAnswer(text);
    if (typeof answer !== "object") return answer;
    throw new Error(`${wordsFor(answer.code)} (as user ${this.#user.uid})`);
  }

  async #exchange(line: string): Promise<string> {
    const { orders, answers } = this.#process ??= start(this.#user, this.#program);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`the writer process did not answer within ${this.#limit / 1000} s`)),
      this.#limit,
    );
    const exchange = async () => {
      // It may have ended; then there is no answer either, which says the same.
      await orders.write(new TextEncoder().encode(`${line}\n`)).catch(() => undefined);
      const { value, done } = await answers.next();
      if (done) throw new Error(`the writer process ended without an answer${UNREADABLE}`);
      return value;
    };
    try {
      return await Promise.race([exchange(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process. Never throws. */
  async close(): Promise<void> {
    await this.#turn;
    if (this.#process === undefined) return;
    const { child } = this.#process;
    const timer = setTimeout(() => kill(child), GRACE);
    // The user can keep it from ending, and its pipes from closing, for as long as the user likes.
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, 2 * GRACE);
    await Promise.race([end(this.#process), late]);
    clearTimeout(limit);
    clearTimeout(timer);
  }
}

async function end({ child, orders, answers }: Process): Promise<void> {
  await orders.close().catch(() => undefined);
  await child.status;
  await answers.return(undefined).catch(() => undefined);
}

const UNREADABLE = "; every user must be able to read and run the program";

interface Process {
  readonly child: Deno.ChildProcess;
  readonly orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly answers: AsyncGenerator<string>;
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended already.
    return;
  }
}

function start({ uid, gid }: HostUser, { path, args, env }: Program): Process {
  try {
    const child = new Deno.Command(path, {
      args: [...args, String(uid)],
      // With another uid the runtime drops all further groups.
      uid,
      gid,
      clearEnv: true,
      env: { ...env },
      cwd: "/",
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      // A session of its own: it cannot type into our terminal.
      detached: true,
    }).spawn();
    return {
      child,
      orders: child.stdin.getWriter(),
      answers: lines(child.stdout, LONGEST_ANSWER),
    };
  } catch (error) {
    const cause = plainCause(error).replace(/^failed to spawn '.*': /, "").toLowerCase();
    throw new Error(`"${path}" cannot be started: ${cause}${UNREADABLE}`, { cause: error });
  }
}

function ownProgram(): Program {
  const path = Deno.execPath();
  if (Deno.build.standalone) return { path, args: [WRITER_PROCESS], env: {} };
  const rights = ["--no-prompt", "--allow-read", "--allow-write", "--allow-sys=uid"];
  const source = fileURLToPath(new URL("./writer_process.ts", import.meta.url));
  // The user has no cache directory; the runtime wants the name of one, and does without it.
  const env = { DENO_DIR: "/proc/none" };
  return { path, args: ["run", "--no-config", "--no-lock", ...rights, source], env };
}

/** What comes may be anything. Throws nothing. */
function readAnswer(text: string): WriterAnswer | { readonly code: unknown } {
  try {
    const { kind, value, code } = JSON.parse(text);
    if (kind !== "done") return { code };
    return value === true || value === NONE || value === OTHER || isIdentity(value) ? value : false;
  } catch {
    return { code: undefined };
  }
}
