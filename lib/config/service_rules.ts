/** The rules for services, which several certificates may name. */
import type { KeyPath } from "./key_path.ts";
import { probedName } from "./probed_name.ts";
import { agree, type Certificate, claim, type Round } from "./round.ts";
import type { Draft, ProbeEntry, ServiceEntry } from "./schema.ts";
import { type KnownManagers, serviceErrors, serviceIdentity } from "./service_form.ts";
import type { Manager } from "./types.ts";

/** What is one thing of a service, however many certificates name it. */
const SERVICE_WIDE = ["signal", "pid_file", "command", "timeout", "window"] as const;

/** What a file says that names no manager. */
const NOBODY: KnownManagers = new Map();

/** The services of one certificate, beside those of all before it. */
export function checkServices(round: Round, index: number, certificate: Certificate): void {
  const own = new Map<string, KeyPath>();
  certificate.service?.forEach((service, number) => {
    const identity = service && serviceIdentity(service, round.managers);
    if (service === undefined || identity === undefined) return;
    const at: KeyPath = ["certs", index, "service", number];
    claim(round, own, identity.id, [...at, "name"]);
    for (const key of SERVICE_WIDE) {
      if (service[key] === undefined) continue;
      agree(round, `${identity.id} ${key}`, JSON.stringify(service[key]), [...at, key]);
    }
    checkMeantForm(round, at, service, identity.manager);
    if (service.probe !== undefined) {
      checkProbe(round, { index, path: [...at, "probe"] }, certificate, service.probe);
    }
  });
}

/** Where another certificate says who manages it, its entry there is not judged with this one. */
function checkMeantForm(
  { findings }: Round,
  at: KeyPath,
  entry: Draft<ServiceEntry>,
  manager?: Manager,
): void {
  if (serviceIdentity(entry, NOBODY)?.manager === manager) return;
  for (const { key, message } of serviceErrors({ ...entry, manager })) {
    if (key === "control" || key === "signal") findings.push({ path: [...at, key], message });
  }
}

/** One place shows one certificate to whoever asks for one name. */
function checkProbe(
  round: Round,
  place: { readonly index: number; readonly path: KeyPath },
  certificate: Certificate,
  probe: Draft<ProbeEntry>,
): void {
  const { connect, starttls } = probe;
  if (connect === undefined) return;
  const name = probedName(probe, certificate);
  const asked = JSON.stringify([connect, starttls, name?.toLowerCase()]);
  const other = round.probes.get(asked);
  if (other === undefined) round.probes.set(asked, place);
  else if (other.index !== place.index) {
    const message = `needs its own "servername": it asks for the same name at the same endpoint as`;
    round.findings.push({ path: place.path, message, other: other.path });
  }
}
