/** Makes a service load new files, by whoever manages it. */
import type { ServiceStep } from "../../plan/types.ts";
import { runServiceCommand } from "./command.ts";
import { actOnContainer } from "./container.ts";
import { signalProcess } from "./pid_file.ts";
import type { ActionResult } from "./result.ts";
import { actOnUnit } from "./systemd.ts";

/** Throws CommandError where the manager's program is not on this host. */
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
