/** Rules for services, which several certificates may name. */
import type { KeyPath } from "./diagnostic.ts";
import { probedName } from "./probed_name.ts";
import type { Certificate, RuleContext } from "./rule_context.ts";
import type { ProbeEntry, ServiceEntry } from "./schema.ts";
import type { Draft } from "./shapes.ts";
import { type KnownManagers, serviceErrors, serviceIdentity } from "./service_form.ts";
import type { Manager } from "./types.ts";

/** Settings that a service has once, however many certificates name it. */
const SERVICE_WIDE = ["signal", "pid_file", "command", "timeout", "window"] as const;

/** The managers known from a file that names none. */
const NO_MANAGERS: KnownManagers = new Map();

/** Checks the services of one certificate against those of all certificates before it. */
export function checkServices(context: RuleContext, index: number, certificate: Certificate): void {
  const own = new Map<string, KeyPath>();
  certificate.service?.forEach((service, number) => {
    const identity = service && serviceIdentity(service, context.managers);
    if (service === undefined || identity === undefined) return;
    const at: KeyPath = ["certs", index, "service", number];
    context.claim(own, identity.id, [...at, "name"]);
    for (const key of SERVICE_WIDE) {
      if (service[key] === undefined) continue;
      context.agree(`${identity.id} ${key}`, JSON.stringify(service[key]), [...at, key]);
    }
    checkWithManager(context, at, service, identity.manager);
    if (service.probe !== undefined) {
      checkProbe(context, { index, path: [...at, "probe"] }, certificate, service.probe);
    }
  });
}

/** If another certificate sets the manager of the service, the schema could not check this entry with it. */
function checkWithManager(
  context: RuleContext,
  at: KeyPath,
  entry: Draft<ServiceEntry>,
  manager?: Manager,
): void {
  if (serviceIdentity(entry, NO_MANAGERS)?.manager === manager) return;
  for (const { key, message } of serviceErrors({ ...entry, manager })) {
    if (key === "control" || key === "signal") context.report([...at, key], message);
  }
}

/** An endpoint serves one certificate for one name. */
function checkProbe(
  context: RuleContext,
  place: { readonly index: number; readonly path: KeyPath },
  certificate: Certificate,
  probe: Draft<ProbeEntry>,
): void {
  const { connect, starttls } = probe;
  if (connect === undefined) return;
  const name = probedName(probe, certificate);
  const request = JSON.stringify([connect, starttls, name?.toLowerCase()]);
  const other = context.probes.get(request);
  if (other === undefined) context.probes.set(request, place);
  else if (other.index !== place.index) {
    const message = `needs its own "servername": it asks for the same name at the same endpoint as`;
    context.report(place.path, message, other.path);
  }
}
