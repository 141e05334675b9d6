/** The type of a key, and whether a private key belongs to a certificate. */
import { Buffer } from "node:buffer";
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  type X509Certificate,
} from "node:crypto";
import { algorithmsOf, isDecoded, nameAlgorithm, privateKeyAlgorithm } from "./algorithms.ts";

/** Bytes of an EC P-256 public point without its prefix, the shortest one. */
const POINT_BYTES = 64;

const KEY_BLOCK = /-----BEGIN ((?:EC )?PRIVATE KEY)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----/;

/** The first INTEGER of each key format (RFC 5915, section 3; RFC 5208, section 5). */
const VERSIONS: ReadonlyMap<string, number> = new Map([["EC PRIVATE KEY", 1], ["PRIVATE KEY", 0]]);

/**
 * How a private key and a certificate compare. "unparsable": also if it is encrypted. "unverified": the
 * runtime does not know their algorithm, which is the same.
 */
export type KeyMatch = "match" | "mismatch" | "unparsable" | "unverified";

/** Compares a PEM private key with a certificate. */
export function matchKey(certificate: X509Certificate, keyPem: string): KeyMatch {
  return endsWithPublicPointOf(certificate.raw, keyPem) ? "match" : proveKey(certificate, keyPem);
}

/** The same without the shortcut: the private and the public half belong together. */
export function proveKey(certificate: X509Certificate, keyPem: string): KeyMatch {
  let key;
  try {
    key = createPrivateKey(keyPem);
    if (certificate.checkPrivateKey(key)) return "match";
  } catch {
    if (key === undefined) return matchUndecoded(certificate, keyPem);
  }
  try {
    return hasPublicHalf(certificate, key) ? "match" : "mismatch";
  } catch {
    return "mismatch";
  }
}

function matchUndecoded({ raw }: X509Certificate, keyPem: string): KeyMatch {
  const algorithm = privateKeyAlgorithm(keyPem);
  if (algorithm === undefined || isDecoded(algorithm)) return "unparsable";
  return algorithm === algorithmsOf(raw).key ? "unverified" : "mismatch";
}

/** For some keys (secp256k1 in Deno 2.7.11) the runtime wrongly says no. */
function hasPublicHalf({ publicKey }: X509Certificate, key: KeyObject): boolean {
  const write = (half: KeyObject) => half.export({ type: "spki", format: "der" });
  return write(createPublicKey(key)).equals(write(publicKey));
}

/**
 * A shortcut for the usual case, EC keys. Their file ends with the public point (RFC 5915, section 3),
 * and 64 bytes of it can be in the certificate only as its public key. Deriving the point costs 0.4 ms
 * per key, which is most of a run with nothing to do. A "no" means nothing. A "yes" assumes that the
 * private and the public half in the file belong together, which is verified at issue.
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

/** The content of the outer DER SEQUENCE (X.690, 8.1.3), if its length is right. */
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

const CURVES: Readonly<Record<string, string>> = { prime256v1: "256", secp384r1: "384" };

/** A value of `key_type` if possible, otherwise the runtime's name: `ec-secp521r1`. */
export function keyTypeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  switch (asymmetricKeyType) {
    case "ec": {
      const curve = asymmetricKeyDetails?.namedCurve ?? "";
      return `ec-${CURVES[curve] ?? curve}`;
    }
    case "rsa":
    case "rsa-pss":
      return `${asymmetricKeyType}-${asymmetricKeyDetails?.modulusLength}`;
    default:
      return asymmetricKeyType ?? "unknown";
  }
}

/** The same of a certificate's key, also if the runtime does not know its algorithm: `ml-dsa-65`. */
export function certificateKeyType(certificate: X509Certificate): string {
  try {
    return keyTypeOf(certificate.publicKey);
  } catch {
    return nameAlgorithm(algorithmsOf(certificate.raw).key).toLowerCase();
  }
}
