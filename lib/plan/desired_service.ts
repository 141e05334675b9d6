/** What all certificates that name a service want of it. */
import type {
  Control,
  EntrySpec,
  MaintenanceWindow,
  ProbeSpec,
  ServiceSpec,
} from "../config/types.ts";
import type { ServiceAction } from "./types.ts";

export interface DesiredService {
  readonly id: string;
  readonly control: Control;
  readonly action: ServiceAction;
  readonly order: number;
  readonly certificates: readonly string[];
  readonly validate: readonly (readonly string[])[];
  readonly probes: readonly { readonly certificate: string; readonly probe: ProbeSpec }[];
  /** Seconds. */
  readonly timeout: number;
  /** Seconds for which it must stay up after its action. */
  readonly settle: number;
  /** Windows of all its certificates; empty: it may act at any time. */
  readonly windows: readonly MaintenanceWindow[];
}

/** Weakest first: of two different controls, the stronger one satisfies both. */
const STRENGTH: readonly Control[] = [
  "signal",
  "reload",
  "try-reload-or-restart",
  "reload-or-restart",
  "restart",
];

/** Each service once, in the order of their actions. */
export function gatherServices(specs: readonly EntrySpec[]): DesiredService[] {
  const all = new Map<string, DesiredService>();
  for (const { name, services } of specs) {
    for (const spec of services) {
      const desired = desiredFor(spec, name);
      const other = all.get(spec.id);
      all.set(spec.id, other === undefined ? desired : unite(other, desired));
    }
  }
  return [...all.values()].sort((a, b) => a.order - b.order);
}

function desiredFor(spec: ServiceSpec, certificate: string): DesiredService {
  return {
    id: spec.id,
    control: spec.control,
    action: actionOf(spec),
    order: spec.order,
    certificates: [certificate],
    validate: spec.validate === undefined ? [] : [spec.validate],
    probes: spec.probe === undefined ? [] : [{ certificate, probe: spec.probe }],
    timeout: spec.timeout,
    settle: spec.settle,
    windows: spec.windows,
  };
}

function unite(a: DesiredService, b: DesiredService): DesiredService {
  const control = strongerControl(a.control, b.control);
  const known = new Set(a.validate.map((command) => command.join("\0")));
  return {
    ...a,
    control,
    action: "control" in a.action ? { ...a.action, control } : a.action,
    order: Math.min(a.order, b.order),
    certificates: [...new Set([...a.certificates, ...b.certificates])],
    validate: [...a.validate, ...b.validate.filter((command) => !known.has(command.join("\0")))],
    probes: [...a.probes, ...b.probes],
    // They differ only if the file names a unit by an alias.
    timeout: Math.max(a.timeout, b.timeout),
    settle: Math.max(a.settle, b.settle),
    // A certificate without windows does not lift the windows of another.
    windows: [
      ...a.windows,
      ...b.windows.filter(({ text }) => a.windows.every((window) => window.text !== text)),
    ],
  };
}

/** A start does not make a running service load anything, so only a restart satisfies both. */
function strongerControl(a: Control, b: Control): Control {
  if (a !== b && (a === "start" || b === "start")) return "restart";
  return STRENGTH.indexOf(b) > STRENGTH.indexOf(a) ? b : a;
}

/** If no manager was found, systemd is asked, and reports an unknown unit. */
function actionOf(spec: ServiceSpec): ServiceAction {
  const { manager = "systemd", name, control, signal, pidFile, command } = spec;
  if (manager === "command") return { manager, command: command ?? [] };
  if (manager === "pid_file") return { manager, pidFile: pidFile ?? "", signal: signal ?? "HUP" };
  return { manager, name, control, ...(signal !== undefined && { signal }) };
}

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
