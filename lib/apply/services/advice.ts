/** What to do about a service that is down. */
import type { ServiceAction } from "../../plan/types.ts";

/** Where to see why a service is down, and how to start it. */
export function startAdvice(action: ServiceAction): string {
  switch (action.manager) {
    case "systemd":
      return `see: journalctl -u ${action.name}; to start it: systemctl start ${action.name}`;
    case "docker":
    case "podman": {
      const { manager, name } = action;
      return `see: ${manager} logs ${name}; to start it: ${manager} start ${name}`;
    }
    case "pid_file":
      return `see its log, then start it; VCM finds it by its pid file "${action.pidFile}"`;
    case "command":
      return "see its log";
  }
}

/** Where to look for why a service does not stay up: its manager, if it has one, is starting it already. */
export function logAdvice(action: ServiceAction): string {
  switch (action.manager) {
    case "systemd":
      return `see: journalctl -u ${action.name}`;
    case "docker":
    case "podman":
      return `see: ${action.manager} logs ${action.name}`;
    case "pid_file":
      // No manager starts such a process again.
      return startAdvice(action);
    case "command":
      return "see its log";
  }
}
