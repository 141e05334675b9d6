/** Finds processes by their pid files. Needs run permission for `ps`. */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { causeAndFix } from "../text/plain_cause.ts";
import { ignoreCommandError, runCommand } from "./run_command.ts";
import { PS } from "./run_sync.ts";
import { readInfo } from "./read.ts";

const PS_LIMIT = 10_000;

/** Milliseconds; `ps` computes start times from the uptime, which drifts from the clock by a second or two. */
const DRIFT = 5_000;

/** Bytes; a process ID has seven digits at most. */
const LONGEST = 64;
/** The kernel's PID_MAX_LIMIT. */
const MAX_PID = 4_194_304;

type ProcessLook =
  | { readonly kind: "running"; readonly pid: number; readonly startedAt: number }
  | { readonly kind: "not-running" }
  /** The process may be another one: no signal must be sent to it. */
  | { readonly kind: "unsure"; readonly problem: string };

/** Content and metadata of a pid file. */
interface PidFile {
  readonly pid: number;
  readonly uid: number;
  readonly mode: number;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

/**
 * The process that a pid file names. A pid file that may be stale or forged is not trusted: the process
 * must be older than the file, and if the file is not root's, both must belong to the same user. If
 * the file does not exist, the service may be stopped, or the path may be wrong.
 *
 * Throws CommandError if `ps` is not on this host.
 */
export async function observeProcess(path: string): Promise<ProcessLook> {
  const file = readPidFile(path);
  if (typeof file === "string") return unsure(file);
  const { pid, uid, mode, writtenAt } = file;
  const result = await runCommand(PS, ["-o", "lstart=,uid=", "-p", String(pid)], PS_LIMIT);
  const [, start = "", owner = ""] = /^\s*(\S.*\d{4})\s+(\d+)\s*$/.exec(result.stdout) ?? [];
  if (start === "") {
    const silent = result.code === 1 && (result.stdout + result.stderr).trim() === "";
    return silent ? { kind: "not-running" } : unsure(`ps reports nothing about process ${pid}`);
  }
  const startedAt = Date.parse(`${start} UTC`);
  if (startedAt > writtenAt + DRIFT) {
    return unsure(`process ${pid} started after "${path}" was written, so the pid file is stale`);
  }
  if (uid === 0 && (mode & 0o022) !== 0) {
    return unsure(`"${path}" is writable by users other than root; fix: chmod go-w "${path}"`);
  }
  if (uid !== 0 && uid !== Number(owner)) {
    return unsure(`"${path}" belongs to user ${uid}, but process ${pid} does not`);
  }
  return { kind: "running", pid, startedAt };
}

/**
 * Opens the file once and checks that open file, because the path may lead elsewhere at the next call.
 * It follows no link and does not block on a pipe. Comparing inodes proves that no link was followed:
 * with limited permissions the runtime follows links whatever the flags say (Deno 2.7.11).
 *
 * @returns The pid file, or what is wrong with it.
 */
function readPidFile(path: string): PidFile | string {
  const info = readInfo(path);
  if (info.kind === "absent") {
    return `"${path}" does not exist: the service is not running, or the path is wrong`;
  }
  if (info.kind === "unreadable") return info.problem;
  if (info.value.isSymlink) return `"${path}" is a symbolic link; use the path it points to`;
  const { dev, ino } = info.value;
  try {
    const file = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    try {
      const facts = fs.fstatSync(file);
      if (facts.dev !== dev || facts.ino !== ino || (facts.isFile() && facts.nlink > 1)) {
        return `"${path}" was replaced while VCM read it, or has another hard link`;
      }
      const bytes = Buffer.alloc(LONGEST);
      const text = facts.isFile() && facts.size <= LONGEST
        ? bytes.toString("utf8", 0, fs.readSync(file, bytes, 0, LONGEST, 0))
        : "";
      const pid = Number(/^\s*(\d{1,7})\s*$/.exec(text)?.[1]);
      if (!(pid > 1 && pid <= MAX_PID)) return `"${path}" does not contain a process ID`;
      return { pid, uid: facts.uid, mode: facts.mode, writtenAt: facts.mtimeMs };
    } finally {
      fs.closeSync(file);
    }
  } catch (error) {
    return `Cannot read "${path}": ${causeAndFix(error, path)}`;
  }
}

/** When the process was started, for a pending action; `undefined` if that is not known. */
export async function observeStart(pidFile: string): Promise<{ startedAt?: number } | undefined> {
  const look = await observeProcess(pidFile).catch(ignoreCommandError);
  if (look?.kind === "running") return { startedAt: look.startedAt };
  return look?.kind === "not-running" ? {} : undefined;
}

function unsure(problem: string): ProcessLook {
  return { kind: "unsure", problem };
}
