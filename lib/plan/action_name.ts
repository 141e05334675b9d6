import type { ServiceAction } from "./types.ts";

/** An action on a service, for people: `reload`, `signal HUP`, `command`. */
export function actionName(action: ServiceAction): string {
  switch (action.manager) {
    case "command":
      return "command";
    case "pid_file":
      return `signal ${action.signal}`;
    default:
      if (action.control === "signal") return `signal ${action.signal ?? ""}`.trim();
      if (action.manager === "systemd" || action.control === "start") return action.control;
      // Containers cannot reload.
      return "restart";
  }
}
