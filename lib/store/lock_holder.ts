/**
 * Finds the process that holds a lock. VCM asks lslocks and ps: Deno lets only programs with all
 * permissions read /proc/locks, and the lock file stays empty so that a run with nothing to do
 * changes nothing.
 *
 * It cannot find another user's process unless VCM runs as root, a process in another PID namespace,
 * or one that has ended and left the open file to a child. Any program can hold the lock, not only
 * vcm.
 */
import { printable } from "../text/quote.ts";
import { runCommand } from "../host/run_command.ts";
import { PS } from "../host/run_sync.ts";

export interface LockHolder {
  readonly pid: number;
  /** Command line, without control characters. */
  readonly command: string;
  /** When it was started, to the second. */
  readonly since: Date;
}

const LSLOCKS = ["/usr/bin/lslocks", "/bin/lslocks"];
/** Milliseconds for each command, because the message waits for the answer. */
const LIMIT = 2_000;
const COMMAND_LENGTH = 200;

/**
 * The process that holds the lock on a file, if it can be found.
 *
 * Never throws. Needs run permission for lslocks and ps.
 */
export async function findHolder(path: string): Promise<LockHolder | undefined> {
  try {
    // All versions have these columns; INODE and MAJ:MIN came with util-linux 2.38.
    const locks = ["--json", "--output", "PID,TYPE,MODE,PATH"];
    const { stdout } = await runCommand(LSLOCKS, locks, LIMIT);
    const pid = parseLocks(stdout, Deno.realPathSync(path));
    if (pid === undefined) return undefined;
    const process = ["-ww", "-o", "lstart=,args=", "-p", String(pid)];
    return parseProcess(pid, (await runCommand(PS, process, LIMIT)).stdout);
  } catch {
    // A host without these programs must still get the message about the lock.
    return undefined;
  }
}

/** Id of the process that holds the lock on a file, from the JSON of lslocks. */
export function parseLocks(json: string, path: string): number | undefined {
  const { locks }: { locks: readonly LockRow[] } = JSON.parse(json);
  // Mode "WRITE*" marks a process that waits for the lock.
  const held = locks.find((lock) =>
    lock.path === path && lock.type === "FLOCK" && !lock.mode.endsWith("*")
  );
  // Old versions print numbers as text; 0 and -1 mean a process that is not visible.
  const pid = Number(held?.pid);
  return pid > 0 ? pid : undefined;
}

interface LockRow {
  readonly pid: number | string;
  readonly type: string;
  readonly mode: string;
  readonly path: string | null;
}

/** Parses what `ps -o lstart=,args=` prints in the C locale and in UTC. */
export function parseProcess(pid: number, line: string): LockHolder | undefined {
  const [, start, args] = /^\s*(\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}) (.+)$/s.exec(line) ?? [];
  const since = new Date(`${start} UTC`);
  if (args === undefined || Number.isNaN(since.getTime())) return undefined;
  // No argument of vcm is a secret; if that changes, the command must not be printed.
  const command = printable(args.trim());
  const short = command.length > COMMAND_LENGTH
    ? `${command.slice(0, COMMAND_LENGTH - 1)}…`
    : command;
  return { pid, command: short, since };
}
