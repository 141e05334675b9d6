/** Results of actions. */
import type { ActionResult } from "./commands.ts";

export const DONE: ActionResult = { kind: "done" };

export const NOT_RUNNING: ActionResult = {
  kind: "not-active",
  message: "it is not running; it loads the new files when it starts",
};

export function failed(message: string): ActionResult {
  return { kind: "failed", message };
}
