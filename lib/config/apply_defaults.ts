/** The map `defaults`: its rules, and how it is copied into the entries that do not set its keys. */
import { holdsKey } from "./format.ts";
import type { KeyDiagnostic, KeyPath } from "./diagnostic.ts";
import { identityOf, mergeServices, type ServiceSettings } from "./resolve.ts";
import type { CertificateEntry, Defaults, File, ServiceEntry, TrustEntry } from "./schema.ts";
import type { Draft } from "./read_tree.ts";
import { targetForm } from "./target_form.ts";

/** @param isInvalid Tells which keys have a diagnostic already. */
export function checkDefaults(
  file: Draft<File>,
  isInvalid: (path: KeyPath) => boolean,
): KeyDiagnostic[] {
  const mode = file.defaults?.deploy?.mode;
  if (mode === undefined || (mode & 0o007) === 0) return [];
  const keys: KeyPath[] = [];
  for (const [index, certificate] of file.certs?.entries() ?? []) {
    for (const [number, entry] of certificate?.deploy?.entries() ?? []) {
      const at: KeyPath = ["certs", index, "deploy", number];
      if (entry === undefined || entry.mode !== undefined || isInvalid([...at, "mode"])) continue;
      const form = targetForm(entry);
      if (form !== undefined && holdsKey(form.what)) keys.push([...at, form.key]);
    }
  }
  const [other] = keys;
  if (other === undefined) return [];
  const targets = keys.length === 1 ? "" : ` ${keys.length} targets, the first of them`;
  const message = "a private key must not be accessible to every user; " +
    `use "0600" or "0640", or set "mode" on${targets}`;
  return [{ path: ["defaults", "deploy", "mode"], message, other }];
}

/** The same file without `defaults`. The file must have passed the rules. */
export function applyDefaults({ defaults = {}, ...file }: File): File {
  const { certs, trust = [] } = file;
  const services = mergeServices([...certs, ...trust]);
  const fill = <T extends CertificateEntry | TrustEntry>(entry: T): T => {
    const { deploy, service } = entry;
    return {
      ...entry,
      ...(deploy && { deploy: deploy.map((target) => ({ ...defaults.deploy, ...target })) }),
      ...(service && {
        service: service.map((one) => withDefaults(one, defaults.service ?? {}, services)),
      }),
    };
  };
  return { ...file, certs: certs.map(fill), trust: trust.map(fill) };
}

/** What another certificate sets for the same service takes precedence over a default. */
function withDefaults(
  entry: ServiceEntry,
  { control, timeout, settle, window }: NonNullable<Defaults["service"]>,
  services: ServiceSettings,
): ServiceEntry {
  const { id, manager } = identityOf(entry, services.managers);
  const known = services.byId.get(id) ?? entry;
  const controlled = known.control !== undefined || known.signal !== undefined ||
    manager === "command" || manager === "pid_file" ||
    (control === "reload" && (manager === "docker" || manager === "podman"));
  return {
    ...entry,
    ...(control !== undefined && !controlled && { control }),
    ...(timeout !== undefined && known.timeout === undefined && { timeout }),
    ...(settle !== undefined && known.settle === undefined && { settle }),
    ...(window !== undefined && known.window === undefined && { window }),
  };
}
