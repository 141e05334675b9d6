import { CommandError, runQuietly } from "../../scripts/command.ts";
import { exists, type Part } from "./part.ts";

/** The systemd that runs as process 1 of a machine. */
export const SYSTEMD = "/lib/systemd/systemd";

/** Tells whether `startMachine()` can work here; what it needs cannot be fetched. */
export async function probeMachine(): Promise<Part> {
  const reason = await whyNot();
  return reason === undefined ? { kind: "ready", path: SYSTEMD } : { kind: "missing", reason };
}

async function whyNot(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "namespaces and systemd need Linux";
  if (Deno.uid() !== 0) return "namespaces and systemd need root";
  if (!await exists(SYSTEMD)) return `systemd is not on this machine ("${SYSTEMD}")`;
  try {
    await runQuietly(["nsenter", "--version"]);
    const own = ["--pid", "--fork", "--mount", "--uts", "--ipc", "--cgroup"];
    await runQuietly(["unshare", ...own, "mount", "-t", "cgroup2", "none", "/sys/fs/cgroup"]);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `namespaces cannot be made here: ${error.message}`;
  }
}
