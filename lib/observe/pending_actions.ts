/** Observes pending actions of services, and what the services' managers know about them. */
import { isLeftover, legacyPendingDirectory, pendingDirectory } from "../store/store_paths.ts";
import type { EntrySpec, ServiceSpec } from "../config/types.ts";
import { parsePendingAction, unitePendingActions } from "../store/record_text.ts";
import type {
  LoadRecord,
  Observation,
  PendingActionObservation,
  UnclaimedAction,
} from "./types.ts";
import type { Presence, UnitState } from "../host/types.ts";
import { readDirectory, readInfo, readText } from "../host/read.ts";

type PendingActions = Pick<Observation, "pendingActions" | "unclaimed">;

type PendingAction = Omit<PendingActionObservation, "service" | "record">;

/**
 * The pending actions of all services in the configuration, including those that pass to them from
 * removed services. Managers are asked only about services with a pending action.
 *
 * Needs read permission for the store, and run permission for the tools that ask the managers.
 *
 * @param units What systemd says, if it was asked about all units.
 */
export async function observePendingActions(
  certStore: string,
  specs: readonly EntrySpec[],
  units?: Observation["units"],
): Promise<PendingActions> {
  const services = new Map(
    specs.flatMap((spec) => spec.services).map((service) => [service.id, service]),
  );
  const { directory, listing } = listPendingActions(certStore, [...services.keys()]);
  if (listing.kind !== "present") return { pendingActions: listing, unclaimed: [] };
  const found = new Map<string, PendingAction>();
  const unclaimed: UnclaimedAction[] = [];
  const left = new Map<string, PendingAction>();
  for (const name of listing.value) {
    if (isLeftover(name) && !services.has(name)) continue;
    const record = readPendingAction(directory, name);
    if (record.kind === "unreadable") return { pendingActions: record, unclaimed: [] };
    if (record.kind === "present") (services.has(name) ? found : left).set(name, record.value);
  }
  for (const [pendingAction, record] of left) {
    const successors = successorsOf(record, specs);
    if (successors.length === 0) continue;
    unclaimed.push({ pendingAction, successors });
    for (const successor of successors) {
      found.set(successor, transfer(found.get(successor), record));
    }
  }
  const affected = [...services.values()].flatMap((service) => {
    const pendingAction = found.get(service.id);
    return pendingAction === undefined ? [] : { service, pendingAction };
  });
  const value = await askManagers(affected, units);
  return { pendingActions: { kind: "present", value }, unclaimed };
}

/** A check command does not rename the directory of a build before 0.1.0, so it reads both names. */
function listPendingActions(certStore: string, services: readonly string[]) {
  const directory = pendingDirectory(certStore);
  const listing = readDirectory(directory, services);
  if (listing.kind !== "absent") return { directory, listing };
  const legacy = legacyPendingDirectory(certStore);
  const info = readInfo(legacy);
  // A file of this name is not VCM's.
  const isOther = info.kind === "present" && !info.value.isDirectory;
  if (info.kind === "absent" || isOther) return { directory, listing };
  return { directory: legacy, listing: readDirectory(legacy, services) };
}

/** None if a certificate is not in this configuration: another one may use the same store. */
function successorsOf(left: PendingAction, specs: readonly EntrySpec[]): string[] {
  const named = specs.filter(({ name }) => left.certificates.includes(name));
  if (named.length < left.certificates.length) return [];
  return [...new Set(named.flatMap(({ services }) => services.map(({ id }) => id)))];
}

function transfer(
  own: PendingAction | undefined,
  { failure: _, actedAt: __, ...left }: PendingAction,
): PendingAction {
  if (own === undefined) return left;
  return { ...unitePendingActions(own, left), since: Math.max(own.since, left.since) };
}

async function askManagers(
  affected: readonly { readonly service: ServiceSpec; readonly pendingAction: PendingAction }[],
  asked: Observation["units"],
): Promise<PendingActionObservation[]> {
  const units = affected.flatMap(({ service: { manager = "systemd", name } }) =>
    manager === "systemd" ? name : []
  );
  const states = asked ??
    (units.length === 0
      ? new Map<string, UnitState>()
      : await (await import("../host/units.ts")).observeUnits(units));
  return await Promise.all(affected.map(async ({ service, pendingAction }) => {
    const record = await recordOf(service, states);
    return { service: service.id, ...pendingAction, record };
  }));
}

async function recordOf(
  { manager = "systemd", name, pidFile = "" }: ServiceSpec,
  units: ReadonlyMap<string, UnitState>,
): Promise<LoadRecord | undefined> {
  switch (manager) {
    case "systemd": {
      const state = units.get(name);
      return state && { kind: "unit", state };
    }
    case "docker":
    case "podman": {
      const state = await (await import("../host/containers.ts")).observeContainer(manager, name);
      return state && { kind: "container", ...state };
    }
    case "pid_file": {
      const start = await (await import("../host/processes.ts")).observeStart(pidFile);
      return start && { kind: "process", ...start };
    }
    case "command":
      return undefined;
  }
}

/** Absent: another run has removed it since the directory was listed. */
function readPendingAction(directory: string, service: string): Presence<PendingAction> {
  const path = `${directory}/${service}`;
  const [info, text] = [readInfo(path), readText(path)];
  if (info.kind !== "present") return info;
  if (text.kind !== "present") return text;
  const since = info.value.mtime?.getTime() ?? 0;
  return { kind: "present", value: { since, ...parsePendingAction(text.value) } };
}
