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
      if (action.control === "signal") return `signal ${action.signal ?? ""}`.trim();
      if (action.manager === "systemd" || action.control === "start") return action.control;
      // Containers know no reload.
      return "restart";
  }
}
