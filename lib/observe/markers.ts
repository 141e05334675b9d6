/** Looks at services that may owe an action: their markers, and what their managers say of them. */
import { markerFolder } from "../config/store_paths.ts";
import type { ServiceSpec } from "../config/types.ts";
import type { LoadRecord, MarkerObservation, Presence, UnitState } from "../plan/types.ts";
import { readFolder, readInfo, readText } from "./read.ts";

/**
 * Markers of the given services, by their ids. Managers are asked only where there are some.
 *
 * Needs read permission for the store, and run permission for what asks the managers.
 */
export async function observeMarkers(
  certStore: string,
  services: ReadonlyMap<string, ServiceSpec>,
): Promise<Presence<MarkerObservation[]>> {
  const listing = readFolder(markerFolder(certStore));
  if (listing.kind !== "present") return listing;
  const marked = [...services.values()].filter(({ id }) => listing.value.has(id));
  if (marked.length === 0) return { kind: "present", value: [] };
  const units = marked.filter(isUnit).map(({ name }) => name);
  const states = units.length === 0
    ? new Map<string, UnitState>()
    : await (await import("./units.ts")).observeUnits(units);
  const markers = await Promise.all(marked.map(async (service) => {
    const record = await recordOf(service, states);
    return { ...readMarker(certStore, service.id), ...(record !== undefined && { record }) };
  }));
  return { kind: "present", value: markers };
}

function isUnit({ manager = "systemd" }: ServiceSpec): boolean {
  return manager === "systemd";
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
      const state = await (await import("./containers.ts")).observeContainer(manager, name);
      return state && { kind: "container", ...state };
    }
    case "pid_file": {
      const start = await (await import("./processes.ts")).observeStart(pidFile);
      return start && { kind: "process", ...start };
    }
    case "command":
      return undefined;
  }
}

/** Its time is what counts; a line of its text may tell until when what is loaded is valid. */
function readMarker(certStore: string, service: string): MarkerObservation {
  const path = `${markerFolder(certStore)}/${service}`;
  const info = readInfo(path);
  const text = readText(path);
  const lines = text.kind === "present" ? text.value.split("\n") : [];
  const value = (key: string) =>
    lines.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2);
  const until = new Date(value("until") ?? "");
  const failure = value("failed");
  return {
    service,
    since: info.kind === "present" ? info.value.mtime?.getTime() ?? 0 : 0,
    ...(Number.isNaN(until.getTime()) ? {} : { until }),
    ...(failure === undefined ? {} : { failure }),
  };
}
