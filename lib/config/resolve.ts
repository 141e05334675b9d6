/** From the file as written to the configuration as meant: both forms made one, defaults filled in. */
import { DEFAULT_CERT_STORE, DEFAULT_CONTROL, DEFAULT_ORDER, DEFAULT_RENEW } from "./defaults.ts";
import type { CertificateEntry, File, Settings, TargetEntry } from "./schema.ts";
import { targetForm } from "./target_form.ts";
import type { CertificateSpec, Config, TargetSpec, VaultSettings } from "./types.ts";

/** The configuration that a file without mistakes asks for. */
export function resolveConfig(file: File, name: string): Config {
  const settings = file.config ?? {};
  return {
    file: name,
    certStore: settings.cert_store ?? DEFAULT_CERT_STORE,
    ...(settings.log_file !== undefined && { logFile: settings.log_file }),
    vault: resolveVault(settings),
    certificates: file.certs.map((entry) => resolveCertificate(entry, settings)),
  };
}

function resolveVault(settings: Settings): VaultSettings {
  return {
    addresses: settings.vault ?? [],
    trust: settings.vault_ssl_verify ?? { kind: "system" },
    ...(settings.namespace !== undefined && { namespace: settings.namespace }),
    ...(settings.token_file !== undefined && { tokenFile: settings.token_file }),
    ...(settings.vault_role_id !== undefined && { roleId: settings.vault_role_id }),
    ...(settings.vault_secret_id !== undefined && { secretId: settings.vault_secret_id }),
  };
}

function resolveCertificate(entry: CertificateEntry, settings: Settings): CertificateSpec {
  const ttl = entry.ttl ?? settings.ttl;
  return {
    name: entry.name,
    commonName: entry.common_name ?? entry.name,
    dnsSans: entry.dns_sans ?? [],
    ipSans: entry.ip_sans ?? [],
    ...(ttl !== undefined && { ttl }),
    renew: entry.renew ?? settings.renew ?? DEFAULT_RENEW,
    // The rules have made sure that one of the two is given.
    pki: entry.pki ?? settings.pki ?? "",
    role: entry.role ?? settings.role ?? "",
    targets: (entry.deploy ?? []).map((target) => resolveTarget(target, settings)),
    services: (entry.service ?? []).map((service) => ({
      unit: service.name,
      control: service.control ?? DEFAULT_CONTROL,
      order: service.order ?? DEFAULT_ORDER,
    })),
  };
}

function resolveTarget(entry: TargetEntry, settings: Settings): TargetSpec {
  const form = targetForm(entry);
  if (form === undefined) throw new Error("A deploy entry without a form came through the schema");
  return {
    what: form.what,
    path: form.path,
    ...(entry.owner !== undefined && { owner: entry.owner }),
    ...(entry.group !== undefined && { group: entry.group }),
    ...(entry.mode !== undefined && { mode: entry.mode }),
    createDirs: entry.create_dirs ?? settings.create_dirs ?? false,
  };
}
