/** Resolves service entries: what one certificate sets for a service applies to all that name it. */
import {
  DEFAULT_CONTROL,
  DEFAULT_ORDER,
  DEFAULT_PROBE_TIMEOUT,
  DEFAULT_SERVICE_TIMEOUT,
  DEFAULT_SIGNAL,
} from "./defaults.ts";
import type { CertificateEntry, ProbeEntry, ServiceEntry } from "./schema.ts";
import { probedName } from "./probed_name.ts";
import { type KnownManagers, knownManagers, serviceIdentity } from "./service_form.ts";
import type { MaintenanceWindow, ProbeSpec, ServiceSpec } from "./types.ts";

/** The settings of services from all certificates; the rules have made sure that none clash. */
export interface ServiceSettings {
  readonly managers: KnownManagers;
  readonly byId: ReadonlyMap<string, Partial<ServiceEntry>>;
}

/** Merges what the certificates set for each service. */
export function mergeServices(entries: readonly CertificateEntry[]): ServiceSettings {
  const managers = knownManagers(entries.flatMap(({ service = [] }) => service));
  const byId = new Map<string, Partial<ServiceEntry>>();
  for (const { service = [] } of entries) {
    for (const entry of service) {
      const { id, manager } = identityOf(entry, managers);
      byId.set(id, { ...byId.get(id), ...entry, ...(manager !== undefined && { manager }) });
    }
  }
  return { managers, byId };
}

/** @param windows The windows of the certificate, for a service without its own. */
export function resolveService(
  entry: ServiceEntry,
  certificate: CertificateEntry,
  services: ServiceSettings,
  windows: readonly MaintenanceWindow[],
): ServiceSpec {
  const identity = identityOf(entry, services.managers);
  const known = services.byId.get(identity.id) ?? entry;
  const { signal, pid_file, command, timeout, window, manager } = known;
  const signalled = signal !== undefined || identity.manager === "pid_file";
  const control = entry.control ?? known.control ?? (signalled ? "signal" : DEFAULT_CONTROL);
  return {
    ...identity,
    ...(manager !== undefined && { manager }),
    control,
    ...(control === "signal" && { signal: signal ?? DEFAULT_SIGNAL }),
    ...(pid_file !== undefined && { pidFile: pid_file }),
    ...(command !== undefined && { command }),
    ...(entry.validate !== undefined && { validate: entry.validate }),
    ...(entry.probe !== undefined && { probe: resolveProbe(entry.probe, certificate) }),
    timeout: timeout ?? DEFAULT_SERVICE_TIMEOUT,
    windows: window ?? windows,
    order: entry.order ?? known.order ?? DEFAULT_ORDER,
  };
}

/** The service of a valid entry. */
export function identityOf(entry: ServiceEntry, managers: KnownManagers) {
  const identity = serviceIdentity(entry, managers);
  if (identity === undefined) throw new Error("The schema accepted a service without a valid name");
  return identity;
}

function resolveProbe(entry: ProbeEntry, certificate: CertificateEntry): ProbeSpec {
  const { connect, starttls, timeout } = entry;
  const serverName = probedName(entry, certificate);
  return {
    ...connect,
    ...(serverName !== undefined && { serverName }),
    ...(starttls !== undefined && { startTls: starttls }),
    timeout: timeout ?? DEFAULT_PROBE_TIMEOUT,
  };
}
