/** The names of a certificate, in canonical forms that can be compared. */
import { domainToASCII } from "node:url";
import type { Certificate } from "./certificate.ts";

/** Names as they are configured. */
export interface WantedNames {
  readonly commonName: string;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  readonly uriSans: readonly string[];
  readonly emailSans: readonly string[];
  readonly otherSans: readonly string[];
}

/** Names that are desired but missing, and names that are not desired. */
interface NameDifference {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/**
 * Compares the names of a certificate with the wanted ones, as sets.
 *
 * The role decides whether the common name is also a SAN (`exclude_cn_from_sans`), so among the SANs
 * it counts neither as missing nor as extra.
 */
export function compareNames(wanted: WantedNames, certificate: Certificate): NameDifference {
  const commonName = canonicalName(wanted.commonName);
  const have = certificate.commonName === undefined
    ? [...certificate.dnsNames, ...certificate.emails].some((name) =>
      canonicalName(name) === commonName
    )
    : canonicalName(certificate.commonName) === commonName;
  const missing = have ? [] : [commonName];
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
      if (canonicalName(name) !== commonName && !want.has(name)) extra.push(name);
    }
  };
  compare(wanted.dnsSans, certificate.dnsNames, canonicalName);
  compare(wanted.ipSans, certificate.ipAddresses, canonicalIp);
  compare(wanted.uriSans, certificate.uris, String);
  compare(wanted.emailSans, certificate.emails, canonicalEmail);
  // They are read only if some are desired.
  if (wanted.otherSans.length > 0) {
    compare(wanted.otherSans, certificate.otherNames ?? [], String);
  }
  return { missing, extra };
}

/** The part after the "@" is a DNS name (RFC 5280, 7.5); the part before it is not changed. */
export function canonicalEmail(address: string): string {
  const at = address.lastIndexOf("@") + 1;
  return address.slice(0, at) + canonicalName(address.slice(at));
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
