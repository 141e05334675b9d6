/** Resolves a valid file into a configuration: unifies short and long forms, and fills in defaults. */
import {
  DEFAULT_CERT_STORE,
  DEFAULT_COMBINED_ORDER,
  DEFAULT_KEY_ORIGIN,
  DEFAULT_RENEW,
} from "./defaults.ts";
import type { CertificateEntry, File, Settings, TargetEntry } from "./schema.ts";
import { mergeServices, resolveService, type ServiceSettings } from "./resolve_service.ts";
import { targetForm } from "./target_form.ts";
import type {
  CertificateSpec,
  Config,
  KeySpec,
  LoginSettings,
  MaintenanceWindow,
  TargetSpec,
  VaultSettings,
} from "./types.ts";

const NO_WINDOWS: readonly MaintenanceWindow[] = [];

/** The configuration of a valid file. */
export function resolveConfig(file: File, name: string): Config {
  const settings = file.config ?? {};
  const services = mergeServices(file.certs);
  return {
    file: name,
    certStore: settings.cert_store ?? DEFAULT_CERT_STORE,
    ...(settings.log_file !== undefined && { logFile: settings.log_file }),
    ...(settings.metrics_file !== undefined && { metricsFile: settings.metrics_file }),
    vault: resolveVault(settings),
    certificates: file.certs.map((entry) => resolveCertificate(entry, settings, services)),
  };
}

function resolveVault(settings: Settings): VaultSettings {
  return {
    addresses: settings.vault ?? [],
    redirectHosts: settings.redirect_hosts ?? [],
    allowHttp: settings.allow_http ?? false,
    trust: settings.vault_ssl_verify ?? { kind: "system" },
    ...(settings.namespace !== undefined && { namespace: settings.namespace }),
    ...(settings.tls_server_name !== undefined && { serverName: settings.tls_server_name }),
    ...(settings.client_cert !== undefined && { clientCert: settings.client_cert }),
    ...(settings.client_key !== undefined && { clientKey: settings.client_key }),
    ...(settings.retries !== undefined && { retries: settings.retries }),
    ...(settings.timeout !== undefined && { timeout: settings.timeout }),
    ...resolveCredentials(settings),
  };
}

/** The flat keys and `auth` are equivalent; the rules have made sure that they do not clash. */
function resolveCredentials(settings: Settings): Pick<VaultSettings, "tokenFile" | "login"> {
  const tokenFile = settings.token_file ?? settings.auth?.token_file;
  const login = resolveLogin(settings);
  return {
    ...(tokenFile !== undefined && { tokenFile }),
    ...(login !== undefined && { login }),
  };
}

function resolveLogin(settings: Settings): LoginSettings | undefined {
  const { auth, vault_role_id, vault_secret_id } = settings;
  const kind = auth?.method ?? "approle";
  const mount = auth?.mount ?? kind;
  const role = auth?.role === undefined ? {} : { role: auth.role };
  switch (kind) {
    case "token":
      return undefined;
    case "cert":
      return { kind, mount, ...role };
    case "jwt":
      return { kind, mount, ...role, ...(auth?.jwt_file && { jwtFile: auth.jwt_file }) };
    case "approle": {
      const roleId = auth?.role_id ?? vault_role_id;
      const secretId = auth?.secret_id ?? vault_secret_id;
      if (auth === undefined && roleId === undefined && secretId === undefined) return undefined;
      return {
        kind,
        mount,
        ...(roleId !== undefined && { roleId }),
        ...(secretId !== undefined && { secretId }),
        ...(auth?.secret_id_file && { secretIdFile: auth.secret_id_file }),
        ...(auth?.wrapped_secret_id_file && { wrappedSecretIdFile: auth.wrapped_secret_id_file }),
      };
    }
  }
}

function resolveCertificate(
  entry: CertificateEntry,
  settings: Settings,
  services: ServiceSettings,
): CertificateSpec {
  const ttl = entry.ttl ?? settings.ttl;
  const issuerRef = entry.issuer_ref ?? settings.issuer_ref;
  const issuer = entry.issuer ?? settings.issuer;
  const windows = entry.window ?? settings.window ?? NO_WINDOWS;
  return {
    name: entry.name,
    commonName: entry.common_name ?? entry.name,
    dnsSans: entry.dns_sans ?? [],
    ipSans: entry.ip_sans ?? [],
    uriSans: entry.uri_sans ?? [],
    emailSans: entry.email_sans ?? [],
    otherSans: entry.other_sans ?? [],
    excludeCnFromSans: entry.exclude_cn_from_sans ?? settings.exclude_cn_from_sans ?? false,
    ...(ttl !== undefined && { ttl }),
    renew: entry.renew ?? settings.renew ?? DEFAULT_RENEW,
    spread: entry.spread ?? settings.spread ?? 0,
    keep: entry.keep ?? settings.keep ?? 0,
    ...(issuer !== undefined && { issuer }),
    windows,
    // The rules have made sure that one of the two is set.
    pki: entry.pki ?? settings.pki ?? "",
    role: entry.role ?? settings.role ?? "",
    ...(issuerRef !== undefined && { issuerRef }),
    removeRootsFromChain: entry.remove_roots_from_chain ?? settings.remove_roots_from_chain ??
      false,
    key: resolveKey(entry, settings),
    targets: (entry.deploy ?? []).map((target) => resolveTarget(target, settings)),
    services: (entry.service ?? []).map((service) =>
      resolveService(service, entry, services, windows)
    ),
  };
}

function resolveKey(entry: CertificateEntry, settings: Settings): KeySpec {
  const type = entry.key_type ?? settings.key_type;
  return {
    origin: entry.key ?? settings.key ?? DEFAULT_KEY_ORIGIN,
    ...(type !== undefined && { type }),
    reuse: entry.reuse_key ?? settings.reuse_key ?? false,
  };
}

function resolveTarget(entry: TargetEntry, settings: Settings): TargetSpec {
  const form = targetForm(entry);
  if (form === undefined) {
    throw new Error("The schema accepted a deploy entry without a source and a path");
  }
  const { what, path } = form;
  const common = {
    path,
    ...(entry.owner !== undefined && { owner: entry.owner }),
    ...(entry.group !== undefined && { group: entry.group }),
    ...(entry.mode !== undefined && { mode: entry.mode }),
    createDirs: entry.create_dirs ?? settings.create_dirs ?? false,
  };
  if (what === "bundle") return { what, ...common };
  return {
    what,
    ...common,
    ...(what === "combined" && { order: entry.order ?? DEFAULT_COMBINED_ORDER }),
    ...(entry.password_file !== undefined && { passwordFile: entry.password_file }),
    ...(entry.in_place && { inPlace: true }),
    ...(entry.overwrite && { overwrite: true }),
  };
}
