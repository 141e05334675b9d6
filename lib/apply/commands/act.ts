/** Makes a service load new files, by its manager. */
import { explainFailure } from "../../host/command_output.ts";
import { observeProcess } from "../../host/processes.ts";
import { runCommand } from "../../host/run_command.ts";
import { KILL } from "../../host/run_sync.ts";
import type { ServiceStep } from "../../plan/types.ts";
import { runServiceCommand } from "./command.ts";
import { actOnContainer } from "./container.ts";
import type { ActionResult } from "./commands.ts";
import { DONE, failed, NOT_RUNNING } from "./result.ts";
import { actOnUnit } from "./systemd.ts";

/** Throws CommandError if the manager's program is not on this host. */
export async function act(step: ServiceStep): Promise<ActionResult> {
  const { action, timeout } = step;
  switch (action.manager) {
    case "systemd":
      return await actOnUnit(action.name, action.control, timeout, action.signal);
    case "docker":
    case "podman":
      return await actOnContainer(
        action.manager,
        action.name,
        action.control,
        timeout,
        action.signal,
      );
    case "pid_file":
      return await signalProcess(action.pidFile, action.signal, timeout);
    case "command":
      return await runServiceCommand(action.command, step);
  }
}

/**
 * Sends a signal to the process that a pid file names. Needs run permission for ps and kill.
 *
 * @param timeout Seconds.
 */
export async function signalProcess(
  pidFile: string,
  signal: string,
  timeout: number,
): Promise<ActionResult> {
  const look = await observeProcess(pidFile);
  if (look.kind === "not-running") return NOT_RUNNING;
  if (look.kind === "unsure") return failed(`${look.problem}; no signal was sent`);
  const args = ["-s", signal, String(look.pid)];
  const result = await runCommand(KILL, args, timeout * 1000);
  if (result.code === 0) return DONE;
  return failed(`"kill ${args.join(" ")}" ${explainFailure(result, timeout)}`);
}
