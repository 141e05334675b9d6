/** Sends a signal to the process that a pid file names. Needs run permission for ps and kill. */
import { KILL, runCommand } from "../../host/run_command.ts";
import { observeProcess } from "../../host/processes.ts";
import { explainFailure } from "../../host/command_output.ts";
import { type ActionResult, DONE, failed, NOT_RUNNING } from "./result.ts";

/** @param timeout Seconds. */
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
