/** Names that a certificate is for, in a form in which they can be compared. */
import { domainToASCII } from "node:url";
import type { Certificate } from "./certificate.ts";

/** Names as a person wrote them. */
export interface WantedNames {
  readonly commonName: string;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
}

/** Names that are asked for and not there, and the other way round. */
export interface NameDifference {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/**
 * Compares the names of a certificate with the wanted ones, as sets.
 *
 * Whether the common name also stands among the SANs is the role's decision
 * (`exclude_cn_from_sans`), so there it counts neither as missing nor as extra.
 */
export function compareNames(wanted: WantedNames, certificate: Certificate): NameDifference {
  const commonName = canonicalName(wanted.commonName);
  const isCommonName = (name: string) => name === commonName;
  const have = {
    dns: new Set(certificate.dnsNames.map(canonicalName)),
    ip: new Set(certificate.ipAddresses.map(canonicalIp)),
  };
  const want = {
    dns: new Set(wanted.dnsSans.map(canonicalName)),
    ip: new Set(wanted.ipSans.map(canonicalIp)),
  };
  const hasCommonName = certificate.commonName === undefined
    ? have.dns.has(commonName)
    : canonicalName(certificate.commonName) === commonName;
  return {
    missing: [
      ...(hasCommonName ? [] : [commonName]),
      ...[...want.dns].filter((name) => !isCommonName(name) && !have.dns.has(name)),
      ...[...want.ip].filter((address) => !have.ip.has(address)),
    ],
    extra: [
      ...[...have.dns].filter((name) => !isCommonName(name) && !want.dns.has(name)),
      ...[...have.ip].filter((address) => !isCommonName(address) && !want.ip.has(address)),
    ],
  };
}

/** A DNS name in lower case, without a final dot, in its ASCII form (RFC 5890). */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase().replace(/\.$/, "");
  // deno-lint-ignore no-control-regex -- all ASCII, which needs no conversion
  return /^[\x00-\x7f]*$/.test(lower) ? lower : domainToASCII(lower) || lower;
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
