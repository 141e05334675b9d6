/** Makes containers load new files. Needs run permission for docker or podman. */
import type { Control } from "../../config/types.ts";
import { runCommand } from "../../host/run_command.ts";
import { type Engine, ENGINES, observeContainer } from "../../host/containers.ts";
import type { ActionResult } from "./commands.ts";
import { DONE, failed, managerFailed, NOT_RUNNING } from "./result.ts";

/** @param timeout Seconds. */
export async function actOnContainer(
  engine: Engine,
  name: string,
  control: Control,
  timeout: number,
  signal = "HUP",
): Promise<ActionResult> {
  const before = await observeContainer(engine, name);
  if (before?.state === "unknown") {
    return failed(`${engine} has no container "${name}"; check the name`);
  }
  const starts = control === "restart" || control === "start";
  if (before?.state === "stopped" && !starts) return NOT_RUNNING;
  if (before?.state === "running" && control === "start") {
    return failed(
      'it is already running, and "start" does not load new files; use "restart" or "signal"',
    );
  }
  if (control === "reload") {
    return failed('a container cannot reload; use "control: restart" or "signal"');
  }
  const args = control === "signal"
    ? ["kill", "--signal", signal]
    : [control === "start" ? "start" : "restart"];
  const result = await runCommand(ENGINES[engine], [...args, name], timeout * 1000);
  const said = `"${engine} ${args.join(" ")} ${name}"`;
  if (result.code !== 0) return managerFailed(said, result, timeout);
  const after = await observeContainer(engine, name);
  if (after?.state === "stopped") {
    return failed(`after ${said} it is not running; see: ${engine} logs ${name}`);
  }
  return DONE;
}
