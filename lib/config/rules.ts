/**
 * The rules that hang on more than one key. They are judged on a draft too, from which what is
 * wrong by itself was left out, so that all mistakes of a file are shown at once.
 */
import { checkBundles } from "./bundle_rules.ts";
import { DEFAULT_CERT_STORE, DEFAULT_KEY_ORIGIN } from "./defaults.ts";
import { formatDuration } from "../text/duration.ts";
import { type Finding, formatKeyPath, type KeyPath } from "./key_path.ts";
import { isGuarded } from "./read_places.ts";
import type { Draft, File, Settings } from "./schema.ts";
import { type Certificate, claim, type Round } from "./round.ts";
import { knownManagers } from "./service_form.ts";
import { checkServices } from "./service_rules.ts";
import { targetForm } from "./target_form.ts";

/** Every breach of a rule; `found` is what the schema has found already. */
export function checkRules(file: Draft<File>, found: readonly Finding[] = []): Finding[] {
  const settings = file.config ?? {};
  const keys = new Set(found.map(({ path }) => formatKeyPath(path)));
  const store = settings.cert_store ?? DEFAULT_CERT_STORE;
  const round: Round = {
    settings,
    wrong: keys.size === 0 ? () => false : (path) => keys.has(formatKeyPath(path)),
    store,
    storePrefix: `${store}/`,
    names: new Map(),
    paths: new Map(),
    bundles: new Map(),
    managers: knownManagers(
      (file.certs ?? []).flatMap((entry) => entry?.service ?? [])
        .filter((service) => service !== undefined),
    ),
    said: new Map(),
    probes: new Map(),
    findings: [],
  };
  claimOwnFiles(round);
  claimPasswordFiles(round, file);
  checkAddresses(round);
  checkLogin(round);
  checkClientCert(round);
  checkRenewal(round, ["config"], settings);
  file.certs?.forEach((certificate, index) => {
    if (certificate !== undefined) checkCertificate(round, index, certificate);
  });
  checkBundles(round);
  return round.findings;
}

/**
 * The files that VCM itself reads or writes, and which no target may replace. The client certificate
 * is not one of them: it may be what VCM itself renews.
 */
function claimOwnFiles(round: Round): void {
  const { settings, findings, paths } = round;
  const take = (path: string | undefined, at: KeyPath, written = false) => {
    if (path === undefined) return;
    if (written && isInStore(round, path)) findings.push({ path: at, message: outside(round) });
    claim(round, paths, path, at);
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

/** One password may be for many files. */
function claimPasswordFiles(round: Round, { certs = [] }: Draft<File>): void {
  const known = new Set<string>();
  for (const [index, certificate] of certs.entries()) {
    for (const [number, entry] of certificate?.deploy?.entries() ?? []) {
      const path = entry?.password_file;
      if (path === undefined || known.has(path)) continue;
      known.add(path);
      claim(round, round.paths, path, ["certs", index, "deploy", number, "password_file"]);
    }
  }
}

function isInStore({ store, storePrefix }: Round, path: string): boolean {
  return path === store || path.startsWith(storePrefix);
}

function outside({ store }: Round): string {
  return `must be outside the store ${store}, which VCM manages`;
}

/** Tokens and private keys travel there. */
function checkAddresses({ settings, wrong, findings }: Round): void {
  if (settings.allow_http || wrong(["config", "allow_http"])) return;
  settings.vault?.forEach((address, number) => {
    if (address === undefined || isGuarded(address)) return;
    const message = `sends tokens and keys unencrypted; use "https://", or set ` +
      `"allow_http: true" if the network is trusted`;
    const path: KeyPath = settings.vault?.length === 1 ? ["config", "vault"] : [
      "config",
      "vault",
      number,
    ];
    findings.push({ path, message });
  });
}

/** One way to log in, beside a token. */
function checkLogin({ settings, findings }: Round): void {
  const method = settings.auth?.method;
  if (method === undefined) return;
  const flat = ["vault_role_id", "vault_secret_id"] as const;
  for (const key of method === "token" ? ["token_file" as const, ...flat] : flat) {
    if (settings[key] === undefined) continue;
    findings.push({
      path: ["config", key],
      message: `cannot be combined with "auth"; use one of them`,
    });
  }
}

function checkClientCert({ settings, wrong, findings }: Round): void {
  for (
    const [key, other] of [["client_cert", "client_key"], ["client_key", "client_cert"]] as const
  ) {
    if (settings[key] === undefined || settings[other] !== undefined) continue;
    if (wrong(["config", other])) continue;
    findings.push({ path: ["config", key], message: `needs "${other}"` });
  }
}

function checkReuse(round: Round, at: KeyPath, entry: Certificate): void {
  const { settings, wrong, findings } = round;
  if (!(entry.reuse_key ?? settings.reuse_key)) return;
  if ((entry.key ?? settings.key ?? DEFAULT_KEY_ORIGIN) === "local") return;
  if (wrong([...at, "key"]) || wrong(["config", "key"])) return;
  const path = entry.reuse_key !== undefined
    ? [...at, "reuse_key"]
    : entry.key !== undefined
    ? [...at, "key"]
    : ["config", "reuse_key"];
  const known = findings.some((finding) => formatKeyPath(finding.path) === formatKeyPath(path));
  const message = `"reuse_key" needs "key: local": the server makes a new key each time`;
  if (!known) findings.push({ path, message });
}

function checkCertificate(round: Round, index: number, certificate: Certificate): void {
  const at: KeyPath = ["certs", index];
  if (certificate.name !== undefined) {
    claim(round, round.names, certificate.name, ["certs", index, "name"]);
  }
  checkIssuer(round, at, certificate);
  checkRenewal(round, at, certificate);
  checkReuse(round, at, certificate);
  checkTargets(round, index, certificate);
  checkServices(round, index, certificate);
}

function checkIssuer({ settings, wrong, findings }: Round, at: KeyPath, entry: Certificate): void {
  for (const key of ["pki", "role"] as const) {
    if (entry[key] !== undefined || settings[key] !== undefined) continue;
    const path = [...at, key];
    if (wrong(path) || wrong(["config", key]) || wrong(["config"])) continue;
    findings.push({
      path,
      message: `is missing; set it here or, for all certificates, as config.${key}`,
    });
  }
}

/** Two values that were given together and clash; from different places, the window is cut. */
function checkRenewal(
  { findings }: Round,
  at: KeyPath,
  entry: Certificate | Draft<Settings>,
): void {
  const { renew, ttl } = entry;
  if (renew?.kind !== "duration" || ttl === undefined || renew.seconds < ttl) return;
  const [window, lifetime] = [formatDuration(renew.seconds), formatDuration(ttl)];
  const message = `must be shorter than ttl (${lifetime}), got ${window}`;
  findings.push({ path: [...at, "renew"], message });
}

function checkTargets(round: Round, index: number, certificate: Certificate): void {
  certificate.deploy?.forEach((entry, number) => {
    const form = entry === undefined ? undefined : targetForm(entry);
    if (form === undefined) return;
    const path: KeyPath = ["certs", index, "deploy", number, form.key];
    if (isInStore(round, form.path)) {
      round.findings.push({ path, message: outside(round) });
    } else {
      claim(round, round.paths, form.path, path);
      if (form.what === "bundle" && !round.bundles.has(form.path)) {
        round.bundles.set(form.path, path);
      }
    }
  });
}
