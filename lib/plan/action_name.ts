/** What is done to a service, as people read it. */
import type { ServiceAction } from "./types.ts";

/** In one word or two: `reload`, `signal HUP`, `command`. */
export function actionName(action: ServiceAction): string {
  switch (action.manager) {
    case "command":
      return "command";
    case "pid_file":
      return `signal ${action.signal}`;
    default:
      return action.control === "signal" ? `signal ${action.signal ?? ""}`.trim() : action.control;
  }
}
