/**
 * Carries out requests as another user, by a process of VCM with that user's IDs: no supplementary
 * groups, an empty environment, its own session, and nothing open but pipes to this process. So if the
 * user changes paths meanwhile, that can harm nobody but the user.
 *
 * The user can stop, kill or change that process. So only four kinds of answers are accepted: yes, no,
 * the identity of a kept file, or an error code. If it does not answer in time, it is killed.
 *
 * Not guaranteed: the files may not be where they should be. The user can prevent that at any time, and
 * the next run will see it.
 */
import { fileURLToPath } from "node:url";
import { errorWords } from "../../text/error_words.ts";
import { errorCode, plainCause } from "../../text/plain_cause.ts";
import { spawnCause } from "../../host/run_command.ts";
import { failedCall } from "../../host/change_owner.ts";
import { OtherFileError } from "../../host/file_identity.ts";
import type { HostUser } from "../../host/types.ts";
import {
  type FileRequest,
  isIdentity,
  lines,
  NONE,
  OTHER,
  type WriterAnswer,
} from "../writers/writer.ts";

/** The first argument that makes the program such a process. */
export const WRITER_PROCESS = "write-files-as";

/** How to start this program again. */
export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Milliseconds for one request: the files are small, but a disk may be slow. */
const LIMIT = 30_000;

/** Milliseconds for the process to end after the last request. */
const GRACE = 2_000;

/** Characters; a valid answer is much shorter. */
const LONGEST_ANSWER = 200;

export class UserProcess {
  readonly #user: HostUser;
  readonly #program: Program;
  readonly #limit: number;
  #process: Process | undefined;
  /** Why no further request can be carried out. */
  #broken: Error | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(user: HostUser, program: Program = ownProgram(), limit: number = LIMIT) {
    this.#user = user;
    this.#program = program;
    this.#limit = limit;
  }

  /** A `Writer`: one request at a time. Needs run permission for the program, and root. */
  carryOut(request: FileRequest): Promise<WriterAnswer> {
    const answer = this.#last.then(() => this.#ask(request));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #ask(request: FileRequest): Promise<WriterAnswer> {
    if (this.#broken !== undefined) throw this.#broken;
    let text: string | undefined;
    try {
      text = await this.#exchange(JSON.stringify(request));
    } catch (error) {
      if (this.#process !== undefined) kill(this.#process.child);
      this.#broken = new Error(`${plainCause(error)} (as user ${this.#user.uid})`);
      throw this.#broken;
    }
    const answer = readAnswer(text);
    if (typeof answer !== "object") return answer;
    throw reportedError(answer, `(as user ${this.#user.uid})`);
  }

  async #exchange(line: string): Promise<string> {
    const { child, requests, answers } = this.#process ??= start(this.#user, this.#program);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`the writer process did not answer within ${this.#limit / 1000} s`)),
      this.#limit,
    );
    const exchange = async () => {
      // If the process has ended, there will be no answer either.
      await requests.write(new TextEncoder().encode(`${line}\n`)).catch(() => undefined);
      const { value, done } = await answers.next();
      if (done) throw new Error(endedBy(await child.status));
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
    await this.#last;
    if (this.#process === undefined) return;
    const { child, requests, answers } = this.#process;
    const timer = setTimeout(() => kill(child), GRACE);
    const end = async () => {
      await requests.close().catch(() => undefined);
      await child.status;
      await answers.return(undefined).catch(() => undefined);
    };
    // The user can keep the process running, or its pipes open, as long as the user likes.
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, 2 * GRACE);
    await Promise.race([end(), late]);
    clearTimeout(limit);
    clearTimeout(timer);
  }
}

function endedBy({ signal }: Deno.CommandStatus): string {
  return signal === null
    ? `the writer process ended without an answer${UNREADABLE}`
    : `the writer process was ended by ${signal}`;
}

const UNREADABLE = "; every user must be able to read and run the program";

interface Process {
  readonly child: Deno.ChildProcess;
  readonly requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly answers: AsyncGenerator<string>;
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    return; // It has already ended.
  }
}

function start({ uid, gid }: HostUser, { path, args, env }: Program): Process {
  try {
    const child = new Deno.Command(path, {
      args: [...args, String(uid)],
      // With another uid the runtime drops all supplementary groups.
      uid,
      gid,
      clearEnv: true,
      env: { ...env },
      cwd: "/",
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      // Its own session, so it cannot write to the terminal's input.
      detached: true,
    }).spawn();
    return {
      child,
      requests: child.stdin.getWriter(),
      answers: lines(child.stdout, LONGEST_ANSWER),
    };
  } catch (error) {
    const why = `${spawnCause(error)}${startHint(errorCode(error))}`;
    throw new Error(`"${path}" cannot be started: ${why}`, { cause: error });
  }
}

/** What has to be changed, where the error leaves no doubt (execve(2), setuid(2)). */
function startHint(code: string | undefined): string {
  if (code === "EACCES") return UNREADABLE;
  if (code !== "EPERM") return "";
  return "; to become another user, VCM needs CAP_SETUID and CAP_SETGID; to see what the unit has: " +
    "systemctl show vcm -p CapabilityBoundingSet";
}

function ownProgram(): Program {
  const path = Deno.execPath();
  if (Deno.build.standalone) return { path, args: [WRITER_PROCESS], env: {} };
  const permissions = ["--no-prompt", "--allow-read", "--allow-write", "--allow-sys=uid"];
  const source = fileURLToPath(new URL("../writers/writer_process.ts", import.meta.url));
  // The user has no cache directory, but the runtime requires a name for one.
  const env = { DENO_DIR: "/proc/none" };
  return { path, args: ["run", "--no-config", "--no-lock", ...permissions, source], env };
}

/** The text may be anything. Never throws. */
function readAnswer(text: string): WriterAnswer | ReportedError {
  try {
    const { kind, value, code, call } = JSON.parse(text);
    if (kind !== "done") return { code, call };
    return value === true || value === NONE || value === OTHER || isIdentity(value) ? value : false;
  } catch {
    return { code: undefined };
  }
}

/** An error that the process reported; both may be anything. */
interface ReportedError {
  readonly code: unknown;
  /** The call, if it was chown or chmod. */
  readonly call?: unknown;
}

function reportedError(reported: ReportedError, details: string): Error {
  const { code } = reported;
  const words = code === OTHER_FILE.code ? OTHER_FILE.message : errorWords(code);
  if (words === undefined) return new Error(`unknown error ${details}`);
  const call = failedCall(reported);
  const message = call === undefined ? words : `${call}: ${words}`;
  return Object.assign(new Error(`${message} ${details}`), { code });
}

const OTHER_FILE = new OtherFileError();
