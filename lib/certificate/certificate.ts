/** Reads PEM certificates. */
import { X509Certificate } from "node:crypto";
import { printable } from "../text/quote.ts";
import { hasCutOffCertificate, splitCertificates } from "./pem.ts";

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
  // node:crypto writes `DNS:a, IP Address:10.0.0.1, URI:…`, and no other kinds.
  const entries = printable(x509.subjectAltName ?? "").split(", ");
  const names = (kind: string) =>
    entries.filter((entry) => entry.startsWith(kind)).map((entry) => entry.slice(kind.length));
  const commonName = attribute(x509.subject ?? "", "CN");
  return {
    ...(commonName !== undefined && { commonName }),
    dnsNames: names("DNS:"),
    ipAddresses: names("IP Address:"),
    uris: names("URI:"),
    emails: names("email:"),
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
    const cut = hasCutOffCertificate(pem);
    throw new Error(
      cut ? "contains a PEM certificate that is cut off" : "contains no PEM certificate",
    );
  }
  try {
    const opened = new X509Certificate(first);
    // The runtime decodes names on first use, and throws if it cannot.
    void [opened.subject, opened.issuer];
    return opened;
  } catch (error) {
    throw new Error("contains a PEM certificate that cannot be decoded", { cause: error });
  }
}

function colonHex(serial: string): string {
  const even = serial.length % 2 === 0 ? serial : `0${serial}`;
  return (even.toLowerCase().match(/../g) ?? []).join(":");
}

/** One attribute of node:crypto's distinguished name, which has one attribute per line. */
function attribute(distinguishedName: string, type: string): string | undefined {
  const line = distinguishedName.split("\n").find((line) => line.startsWith(`${type}=`));
  return line === undefined ? undefined : printable(line.slice(type.length + 1));
}
