/** Resolves a valid file into a configuration: unifies short and long forms, and fills in defaults. */
import { asciiName } from "../certificate/names.ts";
import {
  type CertificateEntry,
  DEFAULTS,
  type File,
  type ProbeEntry,
  type ReissueEntry,
  type ServiceEntry,
  type Settings,
  type TargetEntry,
  type TrustEntry,
} from "./schema.ts";
import { type KnownManagers, knownManagers, probedName, serviceIdentity } from "./service_form.ts";
import { targetForm } from "./target_form.ts";
import type {
  CertificateSpec,
  Config,
  KeySpec,
  LoginSettings,
  MaintenanceWindow,
  ProbeSpec,
  ReissueRule,
  ServiceSpec,
  TargetSpec,
  TrustSpec,
  VaultSettings,
} from "./types.ts";

const NO_WINDOWS: readonly MaintenanceWindow[] = [];

/** The map `config` with the defaults of its keys. */
type FullSettings = Settings & typeof DEFAULTS.config;

/** The configuration of a valid file. */
export function resolveConfig(file: File, name: string): Config {
  const settings = { ...DEFAULTS.config, ...file.config };
  const { certs, trust = [] } = file;
  const services = mergeServices([...certs, ...trust]);
  return {
    file: name,
    certStore: settings.cert_store,
    logFile: settings.log_file,
    metricsFile: settings.metrics_file,
    maxRun: settings.max_run,
    vault: resolveVault(settings),
    certificates: certs.map((entry) => resolveCertificate(entry, settings, services)),
    trust: trust.map((entry) => resolveTrust(entry, settings, services)),
  };
}

function resolveVault(settings: FullSettings): VaultSettings {
  return {
    addresses: settings.vault ?? [],
    redirectHosts: settings.redirect_hosts ?? [],
    allowHttp: settings.allow_http,
    trust: settings.vault_ssl_verify,
    namespace: settings.namespace,
    serverName: settings.tls_server_name,
    clientCert: settings.client_cert,
    clientKey: settings.client_key,
    retries: settings.retries,
    timeout: settings.timeout,
    // The flat keys and `auth` are equivalent; the rules have made sure that they do not clash.
    tokenFile: settings.token_file ?? settings.auth?.token_file,
    login: resolveLogin(settings),
  };
}

function resolveLogin(settings: Settings): LoginSettings | undefined {
  const { auth, vault_role_id, vault_secret_id } = settings;
  const kind = auth?.method ?? "approle";
  const mount = auth?.mount ?? kind;
  switch (kind) {
    case "token":
      return undefined;
    case "none":
      return { kind };
    case "cert":
      return { kind, mount, role: auth?.role };
    case "jwt":
    case "kubernetes": {
      const { role, jwt_file: jwtFile, jwt_command: jwtCommand } = auth ?? {};
      return { kind, mount, role, jwtFile, ...(jwtCommand && { jwtCommand }) };
    }
    case "approle": {
      const roleId = auth?.role_id ?? vault_role_id;
      const secretId = auth?.secret_id ?? vault_secret_id;
      if (auth === undefined && roleId === undefined && secretId === undefined) return undefined;
      return {
        kind,
        mount,
        ...(auth === undefined && { isOlder: true }),
        roleId,
        secretId,
        secretIdFile: auth?.secret_id_file,
        wrappedSecretIdFile: auth?.wrapped_secret_id_file,
      };
    }
  }
}

function resolveCertificate(
  entry: CertificateEntry,
  settings: FullSettings,
  services: ServiceSettings,
): CertificateSpec {
  // One by one: a copy of both maps takes more time than all else here.
  const windows = entry.window ?? settings.window ?? NO_WINDOWS;
  const ttl = entry.ttl ?? settings.ttl;
  const reissue = entry.reissue ?? settings.reissue;
  return {
    name: entry.name,
    commonName: asciiName(entry.common_name ?? entry.name),
    dnsSans: entry.dns_sans ?? [],
    ipSans: entry.ip_sans ?? [],
    uriSans: entry.uri_sans ?? [],
    emailSans: entry.email_sans ?? [],
    otherSans: entry.other_sans ?? [],
    excludeCnFromSans: entry.exclude_cn_from_sans ?? settings.exclude_cn_from_sans,
    ttl: ttl?.seconds,
    ...(ttl !== undefined && { ttlText: ttl.text }),
    renew: entry.renew ?? settings.renew,
    spread: entry.spread ?? settings.spread,
    keep: entry.keep ?? settings.keep,
    ...(reissue !== undefined && { reissue: resolveReissue(reissue) }),
    issuer: entry.issuer ?? settings.issuer,
    windows,
    // The rules have made sure that both are set.
    pki: entry.pki ?? settings.pki ?? "",
    role: entry.role ?? settings.role ?? "",
    issuerRef: entry.issuer_ref ?? settings.issuer_ref,
    removeRootsFromChain: entry.remove_roots_from_chain ?? settings.remove_roots_from_chain,
    key: resolveKey(entry, settings),
    targets: (entry.deploy ?? []).map((target) => resolveTarget(target, settings)),
    services: (entry.service ?? []).map((service) =>
      resolveService(service, entry, services, windows)
    ),
  };
}

function resolveReissue(given: ReissueEntry): ReissueRule {
  const { issued_before, within } = { ...DEFAULTS.reissue, ...given };
  return { issuedBefore: issued_before, within };
}

function resolveTrust(
  entry: TrustEntry,
  settings: FullSettings,
  services: ServiceSettings,
): TrustSpec {
  const { name, ca_bundle, crl = [], refresh, deploy = [], service = [] } = {
    ...DEFAULTS.trust,
    ...entry,
  };
  const windows = settings.window ?? NO_WINDOWS;
  return {
    name,
    source: { kind: ca_bundle ? "ca_bundle" : "crl", paths: ca_bundle ?? crl, refresh },
    windows,
    targets: deploy.map((target) => resolveTarget(target, settings)),
    services: service.map((service) => resolveService(service, entry, services, windows)),
  };
}

function resolveKey(entry: CertificateEntry, settings: FullSettings): KeySpec {
  const type = entry.key_type ?? settings.key_type;
  return {
    origin: entry.key ?? settings.key,
    ...(type !== undefined && { type }),
    reuse: entry.reuse_key ?? settings.reuse_key,
  };
}

function resolveTarget(entry: TargetEntry, settings: FullSettings): TargetSpec {
  const form = targetForm(entry);
  if (form === undefined) {
    throw new Error("The schema accepted a deploy entry without a source and a path");
  }
  const { what, path } = form;
  const common = {
    path,
    owner: entry.owner,
    group: entry.group,
    mode: entry.mode,
    createDirs: entry.create_dirs ?? settings.create_dirs,
  };
  if (what === "bundle") return { what, ...common };
  return {
    what,
    ...common,
    ...(what === "combined" && { order: entry.order ?? DEFAULTS.deploy.order }),
    ...(entry.password_file !== undefined && { passwordFile: entry.password_file }),
    ...(entry.alias !== undefined && { alias: entry.alias }),
    ...(entry.in_place && { inPlace: true }),
    ...(entry.overwrite && { overwrite: true }),
  };
}

/** The settings of services from all certificates; the rules have made sure that none clash. */
export interface ServiceSettings {
  readonly managers: KnownManagers;
  readonly byId: ReadonlyMap<string, Partial<ServiceEntry>>;
}

/** Merges what the entries set for each service; it applies to all that name the service. */
export function mergeServices(
  entries: readonly Pick<CertificateEntry, "service">[],
): ServiceSettings {
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
function resolveService(
  entry: ServiceEntry,
  certificate: CertificateEntry | TrustEntry,
  services: ServiceSettings,
  windows: readonly MaintenanceWindow[],
): ServiceSpec {
  const identity = identityOf(entry, services.managers);
  const known = services.byId.get(identity.id) ?? entry;
  const { signal, manager } = known;
  const signalled = signal !== undefined || identity.manager === "pid_file";
  const control = entry.control ?? known.control ??
    (signalled ? "signal" : DEFAULTS.service.control);
  return {
    ...identity,
    manager: manager ?? identity.manager,
    control,
    signal: control === "signal" ? signal ?? DEFAULTS.service.signal : undefined,
    pidFile: known.pid_file,
    command: known.command,
    validate: entry.validate,
    probe: entry.probe && resolveProbe(entry.probe, certificate),
    timeout: known.timeout ?? DEFAULTS.service.timeout,
    settle: known.settle ?? DEFAULTS.service.settle,
    windows: known.window ?? windows,
    order: entry.order ?? known.order ?? DEFAULTS.service.order,
  };
}

/** The service of a valid entry. */
export function identityOf(entry: ServiceEntry, managers: KnownManagers) {
  const identity = serviceIdentity(entry, managers);
  if (identity === undefined) throw new Error("The schema accepted a service without a valid name");
  return identity;
}

function resolveProbe(entry: ProbeEntry, certificate: CertificateEntry | TrustEntry): ProbeSpec {
  const { connect, starttls, timeout } = entry;
  const serverName = probedName(entry, certificate);
  return {
    ...connect,
    ...(serverName !== undefined && { serverName }),
    ...(starttls !== undefined && { startTls: starttls }),
    timeout: timeout ?? DEFAULTS.probe.timeout,
  };
}
