/** Whether a private key belongs to a certificate. */
import { Buffer } from "node:buffer";
import { createPrivateKey } from "node:crypto";
import { openCertificate } from "./certificate.ts";

/** Bytes of an EC P-256 public point without its prefix, the shortest that is looked for. */
const POINT_BYTES = 64;

/**
 * Judges a PEM private key against the first certificate of a PEM text.
 *
 * Throws where the certificate cannot be parsed. Encrypted keys are "unparsable".
 */
export function matchKey(
  certificatePem: string,
  keyPem: string,
): "match" | "mismatch" | "unparsable" {
  const certificate = openCertificate(certificatePem);
  if (endsWithPublicPointOf(certificate.raw, keyPem)) return "match";
  let key;
  try {
    key = createPrivateKey(keyPem);
  } catch {
    return "unparsable";
  }
  return certificate.checkPrivateKey(key) ? "match" : "mismatch";
}

/**
 * A short way for the usual case, EC keys: their file ends with the public point (RFC 5915,
 * section 3), and 64 bytes of it can stand in the certificate only as its public key. To derive
 * the point instead costs 0.4 ms a key, which is most of a run that finds nothing to do. A "no"
 * says nothing; a "yes" trusts that the private half in the same file belongs to the public one,
 * which is proved in full when a certificate is issued.
 */
function endsWithPublicPointOf(certificate: Uint8Array, keyPem: string): boolean {
  const block = /-----BEGIN (?:EC )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(keyPem);
  const der = Buffer.from(block?.[1] ?? "", "base64");
  if (der.length <= POINT_BYTES || !isWholeSequence(der)) return false;
  return Buffer.from(certificate.buffer, certificate.byteOffset, certificate.byteLength)
    .includes(der.subarray(-POINT_BYTES));
}

/** Whether the outer DER SEQUENCE is as long as it says (X.690, 8.1.3), so nothing is cut off. */
function isWholeSequence(der: Uint8Array): boolean {
  const [tag, length] = der;
  if (tag !== 0x30 || length === undefined) return false;
  if (length < 0x80) return der.length === 2 + length;
  if (length === 0x81) return der.length === 3 + (der[2] ?? 0);
  return length === 0x82 && der.length === 4 + (der[2] ?? 0) * 256 + (der[3] ?? 0);
}
