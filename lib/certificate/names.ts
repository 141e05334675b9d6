/** The names of a certificate, in canonical forms that can be compared. */
import { domainToASCII } from "node:url";
import { printable } from "../text/quote.ts";
import type { Certificate } from "./certificate.ts";

/** Names as they are configured. */
export interface WantedNames {
  readonly commonName: string;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  readonly uriSans: readonly string[];
  readonly emailSans: readonly string[];
  readonly otherSans: readonly string[];
  readonly excludeCnFromSans?: boolean;
}

/** Names that are desired but missing, and names that are not desired. */
interface NameDifference {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/**
 * Compares the names of a certificate with the wanted ones, as sets.
 *
 * Among the SANs the common name counts neither as missing nor as extra: see `missingOwnName()`.
 */
export function compareNames(wanted: WantedNames, certificate: Certificate): NameDifference {
  // The names of a certificate are printable since they were read.
  const commonName = canonicalHost(printable(wanted.commonName));
  const have = certificate.commonName === undefined
    ? [...certificate.dnsNames, ...certificate.ipAddresses, ...certificate.emails]
    : [certificate.commonName];
  const missing = have.some((name) => canonicalHost(name) === commonName) ? [] : [commonName];
  const extra: string[] = [];
  const compare = (
    desired: readonly string[],
    found: readonly string[],
    canonical: (name: string) => string,
  ) => {
    if (desired.length === 0 && found.length === 0) return;
    const [want, have] = [new Set(desired.map(canonical)), new Set(found.map(canonical))];
    // If a common name is also desired as an address, it must be there as an address.
    const granted = canonical === canonicalName ? commonName : undefined;
    for (const name of want) if (name !== granted && !have.has(name)) missing.push(name);
    for (const name of have) {
      if (canonicalHost(name) !== commonName && !want.has(name)) extra.push(name);
    }
  };
  compare(wanted.dnsSans, certificate.dnsNames, canonicalName);
  compare(wanted.ipSans, certificate.ipAddresses, canonicalIp);
  compare(wanted.uriSans, certificate.uris, String);
  compare(wanted.emailSans, certificate.emails, canonicalEmail);
  // They are read only if some are desired.
  if (wanted.otherSans.length > 0) {
    compare(wanted.otherSans.map(printable), certificate.otherNames ?? [], String);
  }
  return { missing, extra };
}

/**
 * The common name, if it is that of a host and must be among the SANs: clients look for a host only
 * there (RFC 9525, 2).
 */
export function ownName(wanted: WantedNames): string | undefined {
  const own = canonicalHost(wanted.commonName);
  if (!isHostLike(own)) return undefined;
  const listed = () =>
    [...wanted.dnsSans, ...wanted.ipSans].some((name) => canonicalHost(name) === own);
  return wanted.excludeCnFromSans && !listed() ? undefined : own;
}

/** The common name, if a certificate lacks it among its SANs. */
export function missingOwnName(wanted: WantedNames, certificate: Certificate): string | undefined {
  const own = ownName(wanted);
  if (own === undefined) return undefined;
  const found = isIpAddress(own) ? certificate.ipAddresses : certificate.dnsNames;
  return found.some((name) => canonicalHost(name) === own) ? undefined : own;
}

/** The IP addresses to ask for: a common name that is one is an IP SAN, unless it is excluded. */
export function wantedAddresses(
  { commonName, ipSans, excludeCnFromSans }: WantedNames,
): readonly string[] {
  if (excludeCnFromSans || !isIpAddress(commonName)) return ipSans;
  const own = canonicalIp(commonName);
  return ipSans.some((ip) => canonicalIp(ip) === own) ? ipSans : [own, ...ipSans];
}

const HOST_LIKE = /^(?:[\w.*-]+|\[[\da-f:.]+\])(?::\d+)?$/i;

/**
 * Whether a name in its ASCII form is meant as that of a host, whether or not a certificate can have it:
 * also with a port, an underscore, a "*" anywhere, or as an address in brackets.
 */
export function isHostLike(name: string): boolean {
  return HOST_LIKE.test(name) || isIpAddress(name);
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

export function isIpAddress(text: string): boolean {
  if (IPV4.test(text)) return !/(?:^|\.)0\d/.test(text);
  return text.includes(":") && /^[0-9a-fA-F:.]+$/.test(text) && URL.canParse(`http://[${text}]/`);
}

// deno-lint-ignore no-control-regex -- all ASCII, which needs no conversion
const ASCII = /^[\x00-\x7f]*$/;

/**
 * The name of a host, or the host of an e-mail address, in its ASCII form, which is the one that is sent
 * (RFC 5890). Other text as it is.
 */
export function asciiName(name: string): string {
  if (ASCII.test(name)) return name;
  const at = name.lastIndexOf("@") + 1;
  const ascii = domainToASCII(name.slice(at));
  return HOST_LIKE.test(ascii) ? name.slice(0, at) + ascii : name;
}

/** Whether a name is meant as that of a host, and has letters that no ASCII form can express. */
export function lacksAsciiForm(name: string): boolean {
  if (ASCII.test(name)) return false;
  return /^[\w.*-]*$/.test(name.replace(/[^\0-\x7f]/g, "")) && domainToASCII(name) === "";
}

/** The name of a host or an address, in one form each. */
function canonicalHost(name: string): string {
  const ascii = asciiName(name);
  return isIpAddress(ascii) ? canonicalIp(ascii) : canonicalName(ascii);
}

/** The part after the "@" is a DNS name (RFC 5280, 7.5); the part before it is not changed. */
export function canonicalEmail(address: string): string {
  const at = address.lastIndexOf("@") + 1;
  return address.slice(0, at) + canonicalName(address.slice(at));
}

/** A DNS name in lower case, without a final dot, in its ASCII form. Other text in lower case. */
export function canonicalName(name: string): string {
  return asciiName(name).toLowerCase().normalize().replace(/\.$/, "");
}

/** An IP address in its shortest form (RFC 5952); an IPv4-mapped IPv6 address as IPv4. */
export function canonicalIp(address: string): string {
  if (!address.includes(":")) return address;
  let host: string;
  try {
    host = new URL(`http://[${address}]`).hostname.slice(1, -1);
  } catch {
    return address.toLowerCase();
  }
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (!mapped) return host;
  const bits = [mapped[1], mapped[2]].map((group) => parseInt(group ?? "0", 16));
  return bits.flatMap((group) => [group >> 8, group & 0xff]).join(".");
}
