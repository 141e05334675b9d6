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
  const all = specs.flatMap(({ name, services }) => services.map((spec) => desiredFor(spec, name)));
  return [...Map.groupBy(all, ({ id }) => id).values()].map(unite)
    .sort((a, b) => a.order - b.order);
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

/** All at once: thousands of certificates may name one service. */
function unite(all: readonly DesiredService[]): DesiredService {
  const first = all.reduce((a, b) => ({
    ...a,
    control: strongerControl(a.control, b.control),
    order: Math.min(a.order, b.order),
    // They differ only if the file names a unit by an alias.
    timeout: Math.max(a.timeout, b.timeout),
    settle: Math.max(a.settle, b.settle),
  }));
  const { action, control } = first;
  return {
    ...first,
    action: "control" in action ? { ...action, control } : action,
    certificates: [...new Set(all.flatMap(({ certificates }) => certificates))],
    validate: distinct(all.flatMap(({ validate }) => validate), (command) => command.join("\0")),
    probes: all.flatMap(({ probes }) => probes),
    // A certificate without windows does not lift the windows of another.
    windows: distinct(all.flatMap(({ windows }) => windows), ({ text }) => text),
  };
}

function distinct<T>(all: readonly T[], keyOf: (one: T) => string): T[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
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
