/**
 * Rules that span several keys. They also check a draft, which lacks the values that are invalid by
 * themselves, so that all errors of a file are shown at once.
 */
import { checkCommonName } from "./common_name_rule.ts";
import { DEFAULT_KEY_ORIGIN } from "./defaults.ts";
import { formatDuration } from "../text/duration.ts";
import { formatKeyPath, type KeyDiagnostic, type KeyPath } from "./diagnostic.ts";
import { isGuarded } from "./scalars/places.ts";
import type { File, ProbeEntry, ServiceEntry, Settings, TrustEntry } from "./schema.ts";
import type { Draft } from "./read_tree.ts";
import { type Certificate, RuleContext } from "./rule_context.ts";
import { probedName, serviceErrors, serviceIdentity } from "./service_form.ts";
import { targetForm } from "./target_form.ts";
import type { TargetKind } from "../certificate/types.ts";
import type { Manager } from "./types.ts";

/** Every violation of a rule. @param found What the schema has found already. */
export function checkRules(
  file: Draft<File>,
  found: readonly KeyDiagnostic[],
): KeyDiagnostic[] {
  const context = new RuleContext(file, found);
  claimOwnFiles(context);
  claimPasswordFiles(context, file);
  checkAddresses(context);
  checkLogin(context);
  checkClientCert(context);
  checkRenewal(context, ["config"], context.settings);
  file.certs?.forEach((certificate, index) => {
    if (certificate !== undefined) checkCertificate(context, index, certificate);
  });
  file.trust?.forEach((entry, index) => {
    if (entry !== undefined) checkTrust(context, ["trust", index], entry);
  });
  checkBundles(context);
  return context.diagnostics;
}

/**
 * The files that VCM itself reads or writes. No target may replace them, except the client certificate,
 * which VCM may renew itself.
 */
function claimOwnFiles(context: RuleContext): void {
  const { settings, paths } = context;
  const take = (path: string | undefined, at: KeyPath, written = false) => {
    if (path === undefined) return;
    if (written) isOutsideStore(context, path, at);
    context.claim(paths, path, at);
  };
  take(settings.log_file, ["config", "log_file"], true);
  take(settings.metrics_file, ["config", "metrics_file"], true);
  take(settings.token_file, ["config", "token_file"]);
  for (const key of ["token_file", "wrapped_secret_id_file", "jwt_file"] as const) {
    take(settings.auth?.[key], ["config", "auth", key]);
  }
  take(settings.auth?.secret_id_file, ["config", "auth", "secret_id_file"], true);
  const trust = settings.vault_ssl_verify;
  if (trust?.kind === "file") take(trust.path, ["config", "vault_ssl_verify"]);
}

/** Several targets may share a password file. */
function claimPasswordFiles(context: RuleContext, { certs = [] }: Draft<File>): void {
  const known = new Set<string>();
  for (const [index, certificate] of certs.entries()) {
    for (const [number, entry] of certificate?.deploy?.entries() ?? []) {
      const path = entry?.password_file;
      if (path === undefined || known.has(path)) continue;
      known.add(path);
      context.claim(context.paths, path, ["certs", index, "deploy", number, "password_file"]);
    }
  }
}

/** Whether a path may be written to: not in the store. If it is, this is reported. */
function isOutsideStore(context: RuleContext, path: string, at: KeyPath): boolean {
  const { store } = context;
  if (path !== store && !path.startsWith(`${store}/`)) return true;
  context.report(at, `must be outside the store ${store}, which VCM manages`);
  return false;
}

function checkAddresses(context: RuleContext): void {
  const { settings } = context;
  if (settings.allow_http || context.isInvalid(["config", "allow_http"])) return;
  settings.vault?.forEach((address, number) => {
    if (address === undefined || isGuarded(address)) return;
    const message = `sends tokens and keys unencrypted; use "https://", or set ` +
      `"allow_http: true" if the network is trusted`;
    const path = settings.vault?.length === 1 ? [] : [number];
    context.report(["config", "vault", ...path], message);
  });
}

/** Only one way to log in, beside a token. */
function checkLogin(context: RuleContext): void {
  const { settings } = context;
  const method = settings.auth?.method;
  if (method === undefined) return;
  for (const key of ["token_file", "vault_role_id", "vault_secret_id"] as const) {
    if (settings[key] === undefined || (key === "token_file" && method !== "token")) continue;
    context.report(["config", key], `cannot be combined with "auth"; use one of them`);
  }
}

function checkClientCert(context: RuleContext): void {
  const { settings } = context;
  const pairs = [["client_cert", "client_key"], ["client_key", "client_cert"]] as const;
  for (const [given, needed] of pairs) {
    if (settings[given] === undefined || settings[needed] !== undefined) continue;
    if (!context.isInvalid(["config", needed])) {
      context.report(["config", given], `needs "${needed}"`);
    }
  }
}

function checkReuse(context: RuleContext, at: KeyPath, entry: Certificate): void {
  const { settings, diagnostics } = context;
  if (!(entry.reuse_key ?? settings.reuse_key)) return;
  if ((entry.key ?? settings.key ?? DEFAULT_KEY_ORIGIN) === "local") return;
  if (context.isInvalid([...at, "key"]) || context.isInvalid(["config", "key"])) return;
  const own = (["reuse_key", "key"] as const).find((key) => entry[key] !== undefined);
  const path = own === undefined ? ["config", "reuse_key"] : [...at, own];
  if (diagnostics.some((one) => formatKeyPath(one.path) === formatKeyPath(path))) return;
  context.report(path, `"reuse_key" needs "key: local": the server makes a new key each time`);
}

function checkCertificate(context: RuleContext, index: number, certificate: Certificate): void {
  const at: KeyPath = ["certs", index];
  if (certificate.name !== undefined) {
    context.claim(context.names, certificate.name, [...at, "name"]);
  }
  checkCommonName(context, at, certificate);
  checkIssuer(context, at, certificate);
  checkRenewal(context, at, certificate);
  checkReuse(context, at, certificate);
  checkTargets(context, at, certificate, (what) => what !== "crl" || FOR_TRUST);
  checkServices(context, at, certificate);
  certificate.service?.forEach((service, number) => {
    if (service?.probe === undefined) return;
    const path = [...at, "service", number, "probe"];
    checkProbe(context, { index, path }, certificate, service.probe);
  });
}

const FOR_TRUST = `is only for entries of "trust"`;

/** A trust entry has one file, and is served to nobody. */
function checkTrust(context: RuleContext, at: KeyPath, entry: Draft<TrustEntry>): void {
  if (entry.name !== undefined) context.claim(context.names, entry.name, [...at, "name"]);
  const kind = entry.crl === undefined ? "ca" : "crl";
  checkTargets(context, at, entry, (what) => what === kind || `this entry deploys only "${kind}"`);
  checkServices(context, at, entry);
  entry.service?.forEach((service, number) => {
    if (service?.probe === undefined) return;
    const path = [...at, "service", number, "probe"];
    context.report(path, "is not allowed here: no service serves a bundle or a CRL");
  });
}

function checkIssuer(context: RuleContext, at: KeyPath, entry: Certificate): void {
  for (const key of ["pki", "role"] as const) {
    if (entry[key] !== undefined || context.settings[key] !== undefined) continue;
    const path = [...at, key];
    if ([path, ["config", key], ["config"]].some((one) => context.isInvalid(one))) continue;
    context.report(path, `is missing; set it here or, for all certificates, as config.${key}`);
  }
}

/** Only for values that are set together; if they are set in different places, the window is capped. */
function checkRenewal(
  context: RuleContext,
  at: KeyPath,
  { renew, ttl }: Certificate | Draft<Settings>,
): void {
  if (renew?.kind !== "duration" || ttl === undefined || renew.seconds < ttl.seconds) return;
  const [window, lifetime] = [formatDuration(renew.seconds), formatDuration(ttl.seconds)];
  context.report([...at, "renew"], `must be shorter than ttl (${lifetime}), got ${window}`);
}

/** @param isAllowed Returns what is wrong with a kind of target. */
function checkTargets(
  context: RuleContext,
  at: KeyPath,
  { deploy }: Pick<Certificate, "deploy">,
  isAllowed: (what: TargetKind) => true | string,
): void {
  deploy?.forEach((entry, number) => {
    const form = entry && targetForm(entry);
    if (form === undefined) return;
    const path: KeyPath = [...at, "deploy", number, form.key];
    const allowed = isAllowed(form.what);
    if (allowed !== true) context.report(path, allowed);
    if (!isOutsideStore(context, form.path, path)) return;
    context.claim(context.paths, form.path, path);
    if (form.what === "bundle" && !context.bundles.has(form.path)) {
      context.bundles.set(form.path, path);
    }
  });
}

/**
 * A bundle is a directory that is replaced as a whole, so no other file may be in it. To be called after
 * the files of all certificates were claimed.
 */
function checkBundles(context: RuleContext): void {
  const { bundles, paths, store } = context;
  if (bundles.size === 0) return;
  for (const [text, path] of paths) {
    const other = directoriesAbove(text).map((above) => bundles.get(above)).find(Boolean);
    if (other === undefined) continue;
    context.report(path, "is inside a directory that is replaced as a whole by", other);
  }
  for (const [bundle, path] of bundles) {
    if (!directoriesAbove(store).includes(bundle)) continue;
    context.report(path, `must not contain the store ${store}`);
  }
}

function directoriesAbove(path: string): string[] {
  const names = path.split("/");
  return names.slice(2).map((_, at) => names.slice(0, at + 2).join("/"));
}

/** Settings that a service has once, however many certificates name it. */
const SERVICE_WIDE = ["signal", "pid_file", "command", "timeout", "settle", "window"] as const;

/** Checks the services of one entry against those of all entries before it. */
function checkServices(
  context: RuleContext,
  entry: KeyPath,
  { service: services }: Pick<Certificate, "service">,
): void {
  const own = new Map<string, KeyPath>();
  services?.forEach((service, number) => {
    const identity = service && serviceIdentity(service, context.managers);
    if (service === undefined || identity === undefined) return;
    const at: KeyPath = [...entry, "service", number];
    context.claim(own, identity.id, [...at, "name"]);
    for (const key of SERVICE_WIDE) {
      if (service[key] === undefined) continue;
      context.agree(`${identity.id} ${key}`, JSON.stringify(service[key]), [...at, key]);
    }
    checkWithManager(context, at, service, identity.manager);
  });
}

/** If another certificate sets the manager of the service, the schema could not check this entry with it. */
function checkWithManager(
  context: RuleContext,
  at: KeyPath,
  entry: Draft<ServiceEntry>,
  manager?: Manager,
): void {
  if (serviceIdentity(entry, new Map())?.manager === manager) return;
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
