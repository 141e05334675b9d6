/**
 * Which names a role allows, by the rules of the engine (`validateNames`). Unlike most software it
 * is case-sensitive. Templates in allowed names are not checked.
 */
import { BlockList } from "node:net";
import {
  asciiName,
  canonicalEmail,
  canonicalName,
  isIpAddress,
  ownName,
  wantedAddresses,
} from "../../certificate/names.ts";
import type { CertificateSpec } from "../../config/types.ts";
import { HOSTNAME, whyLeftOut } from "../../vault/pki/left_out.ts";

/** A role as the server returns it. */
export type Role = Readonly<Record<string, unknown>>;

/** A difference between the role and the configuration. */
export interface RoleProblem {
  /** Whether no usable certificate is issued. */
  readonly fatal: boolean;
  readonly message: string;
}

/** A problem because of which no usable certificate is issued. */
export function fatal(message: string): RoleProblem {
  return { fatal: true, message };
}

/** A list of the role. Empty if there is none. */
function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function checkNames(role: Role, spec: CertificateSpec): RoleProblem[] {
  return [
    ...checkCommonName(role, spec),
    ...checkAltNames(role, spec),
    ...checkAddresses(role, spec),
    ...checkListed(role, "allowed_uri_sans", spec.uriSans, matches),
    ...checkListed(role, "allowed_other_sans", spec.otherSans, matchesOther),
  ];
}

function checkCommonName(
  role: Role,
  { commonName, excludeCnFromSans }: CertificateSpec,
): RoleProblem[] {
  if (commonName === "") {
    return role["require_cn"] === false
      ? []
      : [fatal(`the role has require_cn=true: set require_cn=false on it, or set "common_name"`)];
  }
  const validations = listOf(role["cn_validations"]);
  if (validations.length === 1 && validations[0] === "disabled") return [];
  const reason = refuses(role, commonName, !excludeCnFromSans);
  if (reason !== undefined) return [fatal(`${commonName}: ${reason}`)];
  const kind = commonName.includes("@") ? "email" : "hostname";
  if (validations.length === 0 || validations.includes(kind)) return [];
  return [fatal(`${commonName}: the role's cn_validations do not include "${kind}"`)];
}

/** Names in the form in which they are sent: in lower case in a signing request. */
function checkAltNames(role: Role, spec: CertificateSpec): RoleProblem[] {
  const byRequest = spec.key.origin === "local" && role["use_csr_sans"] !== false;
  const asSent = (name: string) => byRequest ? canonicalName(name) : asciiName(name);
  const names = new Set([
    ...spec.dnsSans.map(asSent),
    ...spec.emailSans.map(byRequest ? canonicalEmail : String),
  ]);
  const { commonName } = spec;
  const own = ownName(spec);
  // A value that is not a host name is only a common name. An address is an IP SAN.
  const isName = commonName.includes("@") || HOSTNAME.test(asciiName(commonName)) ||
    (byRequest && /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(commonName));
  if (isName && !spec.excludeCnFromSans && !isIpAddress(commonName)) {
    names.add(commonName.includes("@") ? commonName : asciiName(commonName));
  }
  // A refused common name is reported above.
  const isRefused = checkCommonName(role, spec).length > 0;
  if (isRefused) names.delete(commonName);
  const why = own === undefined || isName || isRefused ? undefined : whyLeftOut(own, spec);
  const leftOut = why === undefined ? [] : [fatal(`${commonName}: ${why}`)];
  const refused = [...names].flatMap((name) => {
    const reason = !byRequest && !name.includes("@") && !HOSTNAME.test(name)
      ? "not a host name, so the server omits it"
      : refuses(role, name);
    return reason === undefined ? [] : [fatal(`${name}: ${reason}`)];
  });
  return [...leftOut, ...refused];
}

/** Why a name is refused, or undefined. */
function refuses(role: Role, name: string, isSan = true): string | undefined {
  const [, host = name, ...more] = name.split("@");
  if (more.length > 0) return 'it has more than one "@", so no role allows it';
  const email = host !== name;
  const wildcard = host.includes("*");
  const domains = listOf(role["allowed_domains"]);
  if (wildcard && role["allow_wildcard_certificates"] === false) {
    return "the role has allow_wildcard_certificates=false";
  }
  if (/[^\0-\x7f]/.test(name) && email) {
    return "an e-mail address must be ASCII: write its domain as xn--…";
  }
  const [first = "", ...labels] = host.split(".");
  const base = wildcard ? labels.join(".") : host;
  if (wildcard && (email || first.split("*").length !== 2 || base.includes("*"))) {
    return "not a wildcard that the server accepts";
  }
  // The server converts hosts among the SANs, whatever the role says, and all names for this check.
  if (((isSan && !email) || role["enforce_hostnames"] !== false) && hasBadLabel(host)) {
    return "a label of a name has 1 to 63 characters";
  }
  if (role["enforce_hostnames"] !== false && base !== "" && !HOSTNAME.test(asciiName(base))) {
    return "not a host name, and the role has enforce_hostnames=true";
  }
  if (role["allow_any_name"] === true || role["allow_token_displayname"] === true) return undefined;
  if (role["allow_localhost"] === true && isLocal(role, base)) return undefined;
  const parts = { name, host, base, wildcard };
  if (domains.some((domain) => isAllowed(role, domain, parts))) return undefined;
  return almostAllowed(role, domains, parts) ??
    `not in the role's allowed_domains (${some(domains)})`;
}

/** The one switch of the role that would allow the name. */
function almostAllowed(
  role: Role,
  domains: readonly string[],
  parts: NameParts,
): string | undefined {
  const cases = [
    ["allow_bare_domains", "it is the domain itself"],
    ["allow_subdomains", "its domain is allowed"],
    ["allow_glob_domains", "it matches a pattern in allowed_domains"],
  ] as const;
  for (const [key, fact] of cases) {
    if (role[key] === true) continue;
    if (domains.some((domain) => isAllowed({ ...role, [key]: true }, domain, parts))) {
      return `${fact}, and the role has ${key}=false`;
    }
  }
  return undefined;
}

function hasBadLabel(host: string): boolean {
  return host.split(".").some((label) => label === "" || label.length > 63);
}

function isLocal(role: Role, base: string): boolean {
  return ["localhost", "localdomain"].some((domain) =>
    base === domain || (role["allow_subdomains"] === true && base.endsWith(`.${domain}`))
  );
}

interface NameParts {
  readonly name: string;
  /** The part after an "@". */
  readonly host: string;
  /** Without the label that holds the wildcard. */
  readonly base: string;
  readonly wildcard: boolean;
}

function isAllowed(role: Role, domain: string, { name, host, base, wildcard }: NameParts): boolean {
  if (role["allowed_domains_template"] === true && domain.includes("{{")) return true;
  const same = (a: string) => a.toLowerCase() === domain.toLowerCase();
  if (role["allow_bare_domains"] === true && (same(name) || same(host))) return true;
  if (
    role["allow_subdomains"] === true &&
    (base.endsWith(`.${domain}`) || (wildcard && same(base)))
  ) return true;
  return role["allow_glob_domains"] === true && domain.includes("*") && matches(domain, name);
}

function checkAddresses(role: Role, spec: CertificateSpec): RoleProblem[] {
  const ipSans = wantedAddresses(spec);
  const fix = ipSans === spec.ipSans ? "" : `; or set "exclude_cn_from_sans: true"`;
  if (ipSans.length > 0 && role["allow_ip_sans"] === false) {
    return [fatal(`${ipSans.join(", ")}: the role has allow_ip_sans=false${fix}`)];
  }
  const ranges = listOf(role["allowed_ip_sans_cidr"]);
  if (ranges.length === 0) return [];
  const allowed = new BlockList();
  const familyOf = (address: string) => address.includes(":") ? "ipv6" : "ipv4";
  for (const range of ranges) {
    const [net = "", bits] = range.split("/");
    allowed.addSubnet(net, Number(bits), familyOf(net));
  }
  const refused = ipSans.filter((ip) => !allowed.check(ip, familyOf(ip)));
  return refused.length === 0
    ? []
    : [fatal(`${refused.join(", ")}: not in the role's allowed_ip_sans_cidr${fix}`)];
}

function checkListed(
  role: Role,
  key: string,
  wanted: readonly string[],
  fits: (pattern: string, wanted: string) => boolean,
): RoleProblem[] {
  const template = role[`${key}_template`] === true;
  const refused = wanted.filter((name) =>
    !listOf(role[key]).some((one) => (template && one.includes("{{")) || fits(one, name))
  );
  return refused.length === 0 ? [] : [fatal(`${refused.join(", ")}: not in the role's ${key}`)];
}

/** `OID;UTF8:GLOB`, whose type has several spellings. */
function matchesOther(pattern: string, wanted: string): boolean {
  return matches(pattern.replace(/;utf-?8:/i, ";UTF8:"), wanted);
}

/** `*` matches any text. Case-sensitive. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = rest.at(-1) ?? "";
  return text.length - last.length >= at && text.endsWith(last);
}

/** The first few entries of a long list. */
function some(names: readonly string[]): string {
  const more = names.length > 6 ? ` and ${names.length - 5} more` : "";
  return names.slice(0, more === "" ? 6 : 5).join(", ") + more;
}
