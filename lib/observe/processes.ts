/** Looks at processes that pid files name. Needs run permission for `ps`. */
import { CommandError, runCommand } from "./command.ts";
import { readInfo, readText } from "./read.ts";

const PS = ["/usr/bin/ps", "/bin/ps"];
const PS_LIMIT = 10_000;

/** `ps` reckons starts from the time since boot, which drifts from the clock by a second or two. */
const DRIFT = 5_000;

export type ProcessLook =
  | { readonly kind: "running"; readonly pid: number; readonly startedAt: number }
  | { readonly kind: "not-running" }
  /** Nothing must be sent to whatever the file names. */
  | { readonly kind: "unsure"; readonly problem: string };

/**
 * The process that a pid file names, unless the file may have got stale or be somebody's trap: the
 * process must be older than the file, and where the file is not root's it must be its owner's.
 *
 * Throws CommandError where `ps` is not on this host.
 */
export async function observeProcess(pidFile: string): Promise<ProcessLook> {
  const text = readText(pidFile);
  const info = readInfo(pidFile);
  if (text.kind === "unreadable") return unsure(text.problem);
  if (info.kind === "unreadable") return unsure(info.problem);
  if (text.kind === "absent" || info.kind === "absent") return { kind: "not-running" };
  const pid = Number(/^\s*(\d{1,10})\s*$/.exec(text.value)?.[1]);
  if (!(pid > 1)) return unsure(`"${pidFile}" holds no process id`);
  const args = ["-o", "lstart=,uid=", "-p", String(pid)];
  const { stdout } = await runCommand(PS, args, PS_LIMIT);
  const [, start = "", uid = ""] = /^\s*(\S.*\d{4})\s+(\d+)\s*$/.exec(stdout) ?? [];
  if (start === "") return { kind: "not-running" };
  const startedAt = Date.parse(`${start} UTC`);
  const written = info.value.mtime?.getTime() ?? 0;
  if (startedAt > written + DRIFT) {
    return unsure(
      `process ${pid} is younger than "${pidFile}", so it is not the one that it names`,
    );
  }
  // A link says nothing of who wrote the file.
  const real = Deno.statSync(pidFile);
  if (real.uid === 0 && ((real.mode ?? 0) & 0o022) !== 0) {
    return unsure(`"${pidFile}" can be written by others than root`);
  }
  const owner = info.value.uid || real.uid || 0;
  if (owner !== 0 && owner !== Number(uid)) {
    return unsure(`"${pidFile}" is of user ${owner}, and process ${pid} is not`);
  }
  return { kind: "running", pid, startedAt };
}

/** When the process was started, for a marker; `undefined` where that cannot be told. */
export async function observeStart(pidFile: string): Promise<{ startedAt?: number } | undefined> {
  try {
    const look = await observeProcess(pidFile);
    if (look.kind === "unsure") return undefined;
    return look.kind === "running" ? { startedAt: look.startedAt } : {};
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

function unsure(problem: string): ProcessLook {
  return { kind: "unsure", problem };
}
