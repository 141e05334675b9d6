/** Results of actions. */
import { explainFailure } from "../../host/command_output.ts";
import { type CommandResult, TIMED_OUT } from "../../host/run_command.ts";
import type { ActionResult } from "./commands.ts";

export const DONE: ActionResult = { kind: "done" };

export const NOT_RUNNING: ActionResult = {
  kind: "not-active",
  message: "it is not running; it loads the new files when it starts",
};

export function failed(message: string): ActionResult {
  return { kind: "failed", message };
}

/** @param said The command of the manager that failed. */
export function managerFailed(said: string, result: CommandResult, timeout: number) {
  const message = `${said} ${explainFailure(result, timeout)}`;
  return { kind: "failed", message, timedOut: result.code === TIMED_OUT } as const;
}
