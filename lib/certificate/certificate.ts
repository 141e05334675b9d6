/** Reads PEM certificates. */
import { X509Certificate } from "node:crypto";
import { printable } from "../text/quote.ts";
import { splitCertificates } from "./pem.ts";

/** What VCM reads from a certificate. */
export interface Certificate {
  readonly commonName?: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly emails: readonly string[];
  /** `OID;UTF8:TEXT`; absent if names of other kinds, which are costly to read, were not requested. */
  readonly otherNames?: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Common name of the issuer, or its whole name if it has none. */
  readonly issuer: string;
  /** Lower-case hexadecimal with colons, as Vault expects it for revocation. */
  readonly serial: string;
  /** SHA-256 of the DER, upper-case hexadecimal with colons. */
  readonly fingerprint: string;
}

/**
 * Reads the first certificate of a PEM text.
 *
 * Throws an Error with the reason if the text contains none.
 */
export function parseCertificate(pem: string): Certificate {
  return readFacts(openCertificate(pem));
}

/** Reads an open certificate. */
export function readFacts(x509: X509Certificate): Certificate {
  const issuer = x509.issuer ?? "";
  const names = subjectAltNames(printable(x509.subjectAltName ?? ""));
  const commonName = attribute(x509.subject ?? "", "CN");
  return {
    ...(commonName !== undefined && { commonName }),
    dnsNames: names.dns,
    ipAddresses: names.ip,
    uris: names.uri,
    emails: names.email,
    notBefore: new Date(x509.validFrom),
    notAfter: new Date(x509.validTo),
    issuer: attribute(issuer, "CN") ?? printable(issuer.replaceAll("\n", ", ")),
    serial: colonHex(x509.serialNumber),
    fingerprint: x509.fingerprint256,
  };
}

/** Opens the first certificate of a PEM text. Throws an Error with a plain message. */
export function openCertificate(pem: string): X509Certificate {
  const [first] = splitCertificates(pem);
  if (first === undefined) {
    const begun = pem.includes("-----BEGIN CERTIFICATE-----");
    throw new Error(begun ? "holds a PEM certificate that is cut off" : "holds no PEM certificate");
  }
  try {
    const opened = new X509Certificate(first);
    // The runtime decodes names on first use, and throws if it cannot.
    void [opened.subject, opened.issuer];
    return opened;
  } catch (error) {
    throw new Error("holds a PEM certificate that cannot be decoded", { cause: error });
  }
}

function colonHex(serial: string): string {
  const even = serial.length % 2 === 0 ? serial : `0${serial}`;
  return (even.toLowerCase().match(/../g) ?? []).join(":");
}

/** Splits node:crypto's `DNS:a, IP Address:10.0.0.1, URI:…`, which has no other kinds. */
function subjectAltNames(text: string) {
  const names = {
    dns: [] as string[],
    ip: [] as string[],
    uri: [] as string[],
    email: [] as string[],
  };
  for (const entry of text.split(", ")) {
    if (entry.startsWith("DNS:")) names.dns.push(entry.slice("DNS:".length));
    else if (entry.startsWith("IP Address:")) names.ip.push(entry.slice("IP Address:".length));
    else if (entry.startsWith("URI:")) names.uri.push(entry.slice("URI:".length));
    else if (entry.startsWith("email:")) names.email.push(entry.slice("email:".length));
  }
  return names;
}

/** One attribute of node:crypto's distinguished name, which has one attribute per line. */
function attribute(distinguishedName: string, type: string): string | undefined {
  const line = distinguishedName.split("\n").find((line) => line.startsWith(`${type}=`));
  return line === undefined ? undefined : printable(line.slice(type.length + 1));
}
