/** Looks at services that may owe an action: their markers, and what their managers say of them. */
import { isLeftover, markerDirectory } from "../store/store_paths.ts";
import type { CertificateSpec, ServiceSpec } from "../config/types.ts";
import { type MarkerText, parseMarker, uniteMarkers } from "../store/pending_action_text.ts";
import type { LoadRecord, MarkerObservation, Observation, OrphanObservation } from "./types.ts";
import type { UnitState } from "../host/types.ts";
import { readDirectory, readInfo, readText } from "../host/read.ts";

type Markers = Pick<Observation, "markers" | "orphans">;

/** A marker without what its service's manager says. */
interface Marker extends MarkerText {
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/**
 * All markers of the services of the file, and what those that it no longer names leave to them.
 * Managers are asked only where there are some.
 *
 * Needs read permission for the store, and run permission for what asks the managers.
 */
export async function observeMarkers(
  certStore: string,
  specs: readonly CertificateSpec[],
): Promise<Markers> {
  const listing = readDirectory(markerDirectory(certStore));
  if (listing.kind !== "present") return { markers: listing, orphans: [] };
  if (listing.value.size === 0) return { markers: { kind: "present", value: [] }, orphans: [] };
  const services = new Map(
    specs.flatMap((spec) => spec.services).map((service) => [service.id, service]),
  );
  const found = new Map<string, Marker>();
  for (const name of listing.value) {
    if (services.has(name)) found.set(name, readMarker(certStore, name));
  }
  const orphans: OrphanObservation[] = [];
  for (const marker of listing.value) {
    if (services.has(marker) || isLeftover(marker)) continue;
    const left = readMarker(certStore, marker);
    const heirs = heirsOf(left, specs);
    if (heirs.length === 0) continue;
    orphans.push({ marker, heirs });
    for (const heir of heirs) found.set(heir, inherit(found.get(heir), left));
  }
  const marked = [...services.values()].filter(({ id }) => found.has(id));
  return { markers: { kind: "present", value: await askManagers(marked, found) }, orphans };
}

/** None where a certificate is not of this file: another may keep its own in the same store. */
function heirsOf(left: Marker, specs: readonly CertificateSpec[]): string[] {
  const named = specs.filter(({ name }) => left.certificates.includes(name));
  if (named.length < left.certificates.length) return [];
  return [...new Set(named.flatMap(({ services }) => services.map(({ id }) => id)))];
}

function inherit(own: Marker | undefined, { failure: _, actedAt: __, ...left }: Marker): Marker {
  if (own === undefined) return left;
  return { ...uniteMarkers(own, left), since: Math.max(own.since, left.since) };
}

async function askManagers(
  marked: readonly ServiceSpec[],
  markers: ReadonlyMap<string, Marker>,
): Promise<MarkerObservation[]> {
  const units = marked.filter(isUnit).map(({ name }) => name);
  const states = units.length === 0
    ? new Map<string, UnitState>()
    : await (await import("../host/units.ts")).observeUnits(units);
  return await Promise.all(marked.map(async (service) => {
    const record = await recordOf(service, states);
    const marker = markers.get(service.id) ?? { since: 0, certificates: [] };
    return { service: service.id, ...marker, ...(record !== undefined && { record }) };
  }));
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

function readMarker(certStore: string, service: string): Marker {
  const path = `${markerDirectory(certStore)}/${service}`;
  const info = readInfo(path);
  const text = readText(path);
  return {
    since: info.kind === "present" ? info.value.mtime?.getTime() ?? 0 : 0,
    ...parseMarker(text.kind === "present" ? text.value : ""),
  };
}
