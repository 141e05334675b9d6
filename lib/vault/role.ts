/**
 * What a role of the PKI engine allows, judged before anything is asked of it (Vault API, PKI,
 * "Create/update role"). It says what is surely not allowed; the server has the last word, and
 * allowed names that are templates are not judged.
 */
import { windowSeconds } from "../certificate/renewal.ts";
import { DEFAULT_KEY_TYPE } from "../config/defaults.ts";
import { formatDuration } from "../config/duration.ts";
import type { CertificateSpec } from "../config/types.ts";

/** A role as the server gives it. */
export type Role = Readonly<Record<string, unknown>>;

/** One thing that will not come out as the file asks. */
export interface Objection {
  /** Whether nothing is issued, or something else than was asked for. */
  readonly fatal: boolean;
  readonly message: string;
}

export function judgeRole(role: Role, spec: CertificateSpec): Objection[] {
  return [...judgeNames(role, spec), ...judgeLifetime(role, spec), ...judgeKey(role, spec)];
}

function fatal(message: string): Objection {
  return { fatal: true, message };
}

function judgeNames(role: Role, spec: CertificateSpec): Objection[] {
  const names = new Set([spec.commonName, ...spec.dnsSans, ...spec.emailSans]);
  const denied = [...names].filter((name) => !allowsName(role, name));
  const listed = (key: string) => (wanted: string) =>
    listOf(role[key]).some((pattern) => matches(pattern, wanted));
  const allows = (key: string, wanted: readonly string[]) => {
    const refused = wanted.filter((name) => !listed(key)(name));
    return refused.length === 0 ? [] : [fatal(`${refused.join(", ")}: not in the role's ${key}`)];
  };
  return [
    ...denied.map((name) =>
      fatal(
        `${name}: not below its allowed_domains (${listOf(role["allowed_domains"]).join(", ")})`,
      )
    ),
    ...(spec.ipSans.length > 0 && role["allow_ip_sans"] === false
      ? [fatal(`${spec.ipSans.join(", ")}: it has allow_ip_sans=false`)]
      : []),
    ...allows("allowed_uri_sans", spec.uriSans),
    ...allows("allowed_other_sans", spec.otherSans),
  ];
}

/** As the engine itself goes through its rules (`validateNames`). */
function allowsName(role: Role, name: string): boolean {
  const host = name.slice(name.lastIndexOf("@") + 1).toLowerCase();
  const wildcard = host.startsWith("*.");
  if (wildcard && role["allow_wildcard_certificates"] === false) return false;
  if (role["allow_any_name"] === true) return true;
  const base = wildcard ? host.slice(2) : host;
  if (role["allow_localhost"] === true && ["localhost", "localdomain"].includes(base)) return true;
  return listOf(role["allowed_domains"]).map((domain) => domain.toLowerCase()).some((domain) => {
    if (domain.includes("{{")) return true;
    if (role["allow_bare_domains"] === true && host === domain) return true;
    if (role["allow_glob_domains"] === true && domain.includes("*") && matches(domain, host)) {
      return true;
    }
    return role["allow_subdomains"] === true &&
      (base.endsWith(`.${domain}`) || (wildcard && base === domain));
  });
}

/** `*` stands for any text. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.toLowerCase().split("*");
  const wanted = text.toLowerCase();
  if (rest.length === 0) return wanted === first;
  if (!wanted.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = wanted.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = rest.at(-1) ?? "";
  return wanted.length - last.length >= at && wanted.endsWith(last);
}

function judgeLifetime(role: Role, spec: CertificateSpec): Objection[] {
  const max = numberOf(role["max_ttl"]);
  const wished = spec.ttl ?? numberOf(role["ttl"]);
  const objections: Objection[] = [];
  if (spec.ttl !== undefined && max > 0 && spec.ttl > max) {
    const message = `a ttl of ${formatDuration(spec.ttl)} is cut to its max_ttl of ` +
      `${formatDuration(max)}`;
    objections.push({ fatal: false, message });
  }
  const lifetime = max > 0 && (wished === 0 || wished > max) ? max : wished;
  const notBefore = new Date(0);
  const notAfter = new Date(lifetime * 1000);
  const window = windowSeconds(spec.renew, { notBefore, notAfter });
  if (lifetime > 0 && window >= lifetime) {
    objections.push(fatal(
      `it gives certificates for ${formatDuration(lifetime)}, which is not longer than "renew" ` +
        `(${formatDuration(window)}): they would be due at once`,
    ));
  }
  return objections;
}

/** Bits where the role has 0, which means the engine's default. */
const DEFAULT_BITS: Readonly<Record<string, number>> = { rsa: 2048, ec: 256 };

function judgeKey(role: Role, { key }: CertificateSpec): Objection[] {
  const kind = String(role["key_type"] ?? "rsa");
  const local = key.origin === "local";
  if (kind === "any") {
    return local ? [] : [fatal('it has key_type=any, so it signs only: set "key: local"')];
  }
  const bits = numberOf(role["key_bits"]) || DEFAULT_BITS[kind];
  const made = kind === "ed25519" ? kind : `${kind}-${bits}`;
  const wanted = key.type ?? (local ? DEFAULT_KEY_TYPE : made);
  const [wantedKind, wantedBits = 0] = splitType(wanted);
  // A role signs keys that are longer than its own.
  if (wanted === made || (local && wantedKind === kind && wantedBits >= (bits ?? 0))) return [];
  return [fatal(`it is for ${made} keys, and "key_type" asks for ${wanted}`)];
}

function splitType(type: string): [string, number?] {
  const [kind = "", bits] = type.split("-");
  return bits === undefined ? [kind] : [kind, Number(bits)];
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
