/** Service entries as meant: what one certificate says of a service holds for all that name it. */
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

/** What was said of services; the rules have made sure that nothing clashes. */
export interface SaidOfServices {
  readonly managers: KnownManagers;
  readonly byId: ReadonlyMap<string, Partial<ServiceEntry>>;
}

/** Puts together what the certificates say of one service. */
export function gatherSaid(entries: readonly CertificateEntry[]): SaidOfServices {
  const managers = knownManagers(entries.flatMap(({ service = [] }) => service));
  const said = new Map<string, Partial<ServiceEntry>>();
  for (const { service = [] } of entries) {
    for (const entry of service) {
      const { id, manager } = identityOf(entry, managers);
      said.set(id, { ...said.get(id), ...entry, ...(manager !== undefined && { manager }) });
    }
  }
  return { managers, byId: said };
}

/** @param windows Those of the certificate, for a service that has none. */
export function resolveService(
  entry: ServiceEntry,
  certificate: CertificateEntry,
  said: SaidOfServices,
  windows: readonly MaintenanceWindow[],
): ServiceSpec {
  const identity = identityOf(entry, said.managers);
  const known = said.byId.get(identity.id) ?? entry;
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

/** The service that an entry without mistakes means. */
export function identityOf(entry: ServiceEntry, managers: KnownManagers) {
  const identity = serviceIdentity(entry, managers);
  if (identity === undefined) throw new Error("A service without a name came through the schema");
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
