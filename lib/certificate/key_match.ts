/** Whether a private key belongs to a certificate. */
import { Buffer } from "node:buffer";
import { createPrivateKey, type X509Certificate } from "node:crypto";

/** Bytes of an EC P-256 public point without its prefix, the shortest that is looked for. */
const POINT_BYTES = 64;

const KEY_BLOCK = /-----BEGIN ((?:EC )?PRIVATE KEY)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----/;

/** The INTEGER that each kind of key begins with (RFC 5915, section 3; RFC 5208, section 5). */
const VERSIONS: ReadonlyMap<string, number> = new Map([["EC PRIVATE KEY", 1], ["PRIVATE KEY", 0]]);

/** Judges a PEM private key against a certificate. Encrypted keys are "unparsable". */
export function matchKey(
  certificate: X509Certificate,
  keyPem: string,
): "match" | "mismatch" | "unparsable" {
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
  const block = KEY_BLOCK.exec(keyPem);
  if (block === null) return false;
  const der = Buffer.from(block[2] ?? "", "base64");
  const body = sequenceBody(der);
  const version = VERSIONS.get(block[1] ?? "");
  if (der.length <= POINT_BYTES || body?.[0] !== 2 || body[2] !== version) return false;
  return Buffer.from(certificate.buffer, certificate.byteOffset, certificate.byteLength)
    .includes(der.subarray(-POINT_BYTES));
}

/** What is inside the outer DER SEQUENCE (X.690, 8.1.3), if it is as long as it says. */
function sequenceBody(der: Uint8Array): Uint8Array | undefined {
  const [tag, length] = der;
  if (tag !== 0x30 || length === undefined) return undefined;
  const extra = length < 0x80 ? 0 : length - 0x80;
  if (extra > 2) return undefined;
  const size = extra === 0
    ? length
    : der.subarray(2, 2 + extra).reduce((sum, at) => sum * 256 + at, 0);
  const body = der.subarray(2 + extra);
  return body.length === size ? body : undefined;
}
