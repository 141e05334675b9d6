/**
 * Runs a program under strace, which writes down the system calls that change files, or kills the
 * program at one of them, or lets that one fail.
 *
 * strace counts calls for each thread apart, and what a program does at one time has no fixed order.
 * So a call is told from the others by its name, a path, and how many of that name and path came
 * before it: that is the same in each run.
 */
import { straceLibraries } from "./fetch_strace.ts";
import { pathOfPart } from "./parts.ts";

/** A system call that changes a file or a directory. */
export interface FileChange {
  readonly call: string;
  /** The first path that it has to do with. */
  readonly path: string;
  /** From 1, among the calls of this name that have to do with this path. */
  readonly nth: number;
}

/** What happens in place of the call. */
export type Fault = "kill" | FileError;

export type FileError =
  | ("ENOSPC" | "EIO" | "EACCES" | "EROFS")
  | ("EDQUOT" | "ESTALE" | "EMFILE" | "EBUSY" | "EXDEV" | "ENOMEM");

/** How a traced program ended. */
export interface Traced {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

const OPENS = ["open", "openat", "openat2", "creat"];

const CHANGES = [
  ...["write", "pwrite64", "writev", "pwritev", "pwritev2", "sendfile", "copy_file_range"],
  ...["ftruncate", "truncate", "fallocate", "fsync", "fdatasync", "sync_file_range"],
  ...["fchmod", "chmod", "fchmodat", "fchmodat2", "fchown", "chown", "lchown", "fchownat"],
  ...["utime", "utimes", "futimesat", "utimensat", "setxattr", "lsetxattr", "fsetxattr"],
  ...["rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"],
  ...["unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "mknod", "mknodat"],
];

const READS = [
  ...["read", "pread64", "readv", "preadv", "getdents64", "readlink", "readlinkat"],
  ...["stat", "lstat", "fstat", "newfstatat", "statx", "access", "faccessat", "faccessat2"],
];

/**
 * Runs a program to its end, and tells by which calls it changed what lies below a directory, in their
 * order. Opening counts where it can make a file or is for writing. Throws where two threads make
 * the same call, which cannot be told apart; syncs are made in any of the runtime's threads.
 */
export async function recordChanges(
  argv: readonly string[],
  below: string,
  env: Readonly<Record<string, string>>,
): Promise<Traced & { readonly changes: readonly FileChange[] }> {
  // An architecture lacks some; a question mark lets strace pass over those.
  const names = [...OPENS, ...CHANGES].map((name) => `?${name}`).join(",");
  // No bytes of what is written, among which are keys.
  const options = ["-y", "-s", "0", "-e", `trace=${names}`];
  const { trace, ...traced } = await runTraced(options, argv, env);
  return { ...traced, changes: findChanges(trace, below) };
}

/**
 * The same of calls that read. More than one thread may make the same one; a fault is then met by
 * each of them, at its own.
 */
export async function recordReads(
  argv: readonly string[],
  below: string,
  env: Readonly<Record<string, string>>,
): Promise<Traced & { readonly reads: readonly FileChange[] }> {
  const names = [...OPENS, ...READS].map((name) => `?${name}`).join(",");
  const options = ["-y", "-s", "0", "-e", `trace=${names}`];
  const { trace, ...traced } = await runTraced(options, argv, env);
  const calls = findCalls(trace, below).filter(({ call, rest }) =>
    !OPENS.includes(call) || !CAN_CHANGE.test(rest)
  );
  const reads = calls.map(({ call, path, nth }) => ({ call, path, nth }));
  return {
    ...traced,
    reads: [...new Map(reads.map((one) => [JSON.stringify(one), one])).values()],
  };
}

/**
 * The changes that can be told apart in a further run. A sync changes nothing that a program sees, so
 * of those of a path only one counts: each thread meets a fault at its first one.
 */
export function distinct(changes: readonly FileChange[]): readonly FileChange[] {
  const known = new Set<string>();
  return changes.flatMap((change) => {
    if (change.call !== "fsync") return change;
    if (known.has(change.path)) return [];
    known.add(change.path);
    return { ...change, nth: 1 };
  });
}

/** Runs a program that meets a fault at a call; `met` is whether it came to that. */
export async function runWithFault(
  argv: readonly string[],
  { call, path, nth }: FileChange,
  fault: Fault,
  env: Readonly<Record<string, string>>,
  /** All further calls of this name and path fail, too. */
  lasting = false,
): Promise<Traced & { readonly met: boolean }> {
  const what = fault === "kill" ? "signal=KILL" : `error=${fault}`;
  const inject = `inject=${call}:${what}:when=${nth}${lasting ? "+" : ""}`;
  const options = ["-P", path, "-e", `trace=${call}`, "-e", inject];
  const { trace, ...traced } = await runTraced(options, argv, env);
  const met = fault === "kill" ? traced.signal === "SIGKILL" : trace.includes("(INJECTED)");
  return { ...traced, met };
}

async function runTraced(
  options: readonly string[],
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Traced & { readonly trace: string }> {
  const strace = await pathOfPart("strace");
  const trace = await Deno.makeTempFile({ prefix: "strace-" });
  try {
    const quiet = ["-f", "-qq", "-o", trace, "-E", "LD_LIBRARY_PATH"];
    const output = await new Deno.Command(`${strace}/usr/bin/strace`, {
      args: [...quiet, ...options, "--", ...argv],
      stdin: "null",
      cwd: "/",
      clearEnv: true,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...straceLibraries(strace), ...env },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return {
      code: output.code,
      signal: output.signal,
      stdout: text(output.stdout),
      stderr: text(output.stderr),
      trace: await Deno.readTextFile(trace),
    };
  } finally {
    await Deno.remove(trace);
  }
}

const CAN_CHANGE = /O_(WRONLY|RDWR|CREAT)/;

function findChanges(trace: string, below: string): FileChange[] {
  const threads = new Map<string, string>();
  return findCalls(trace, below).flatMap(({ call, path, nth, thread, rest }) => {
    if (OPENS.includes(call) && !CAN_CHANGE.test(rest)) return [];
    if (call === "fsync") return { call, path, nth };
    const before = threads.get(`${call} ${path}`) ?? thread;
    if (before !== thread) throw new Error(`Two threads call ${call} for "${path}"`);
    threads.set(`${call} ${path}`, thread);
    return { call, path, nth };
  });
}

/** A call of a thread; `rest` is what follows its name in the trace. */
interface Call extends FileChange {
  readonly thread: string;
  readonly rest: string;
}

function findCalls(trace: string, below: string): Call[] {
  const calls: Call[] = [];
  const counts = new Map<string, number>();
  for (const line of trace.split("\n")) {
    const [, thread = "", call = "", rest = ""] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    // Of a rename strace takes the first path alone for one that the call has to do with.
    const paths = call === "rename" ? pathsIn(rest).slice(0, 1) : pathsIn(rest);
    const count = (path: string) => counts.get(`${thread} ${call} ${path}`) ?? 0;
    for (const path of paths) counts.set(`${thread} ${call} ${path}`, count(path) + 1);
    // Of a copy the last path is the changed one.
    const path = paths.at(call === "copy_file_range" ? -1 : 0);
    if (path?.startsWith(`${below}/`)) calls.push({ call, path, nth: count(path), thread, rest });
  }
  return calls;
}

/** In quotes, or behind the number of a descriptor. The working directory counts for nothing. */
function pathsIn(line: string): readonly string[] {
  const found = [...line.matchAll(/"(\/[^"]*)"|\d<(\/[^>]*)>/g)];
  return [...new Set(found.map(([, quoted, behind]) => quoted ?? behind ?? ""))];
}
