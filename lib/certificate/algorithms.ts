/** The algorithms of certificates and keys, also those that the runtime does not know. */
import { Buffer } from "node:buffer";
import { BIT_STRING, type Der, INTEGER, readElements, readInside, readObjectId } from "./der.ts";
import { decodePem } from "./pem.ts";

/** Object identifiers. */
export interface Algorithms {
  /** Of its key; for EC keys that of the curve. */
  readonly key: string;
  /** With which its issuer signed it. */
  readonly signature: string;
  /** Bits of an RSA key. */
  readonly rsaBits?: number | undefined;
}

const RSA = "1.2.840.113549.1.1.1";
const RSA_PSS = "1.2.840.113549.1.1.10";
const EC = "1.2.840.10045.2.1";
const ED25519 = "1.3.101.112";
const [P_256, P_384, P_521] = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"] as const;

/** Keys with which the runtime, or the library, verifies signatures. */
const VERIFYING: ReadonlySet<string> = new Set([RSA, RSA_PSS, ED25519, P_256, P_384, P_521]);

/** Signatures that they verify: RSA and ECDSA with SHA-1 and SHA-2, RSA-PSS, Ed25519. */
const VERIFIED: ReadonlySet<string> = new Set([
  ...["5", "11", "12", "13", "10"].map((arc) => `1.2.840.113549.1.1.${arc}`),
  ...["1", "3.2", "3.3", "3.4"].map((arc) => `1.2.840.10045.4.${arc}`),
  ED25519,
]);

/** Further keys that the runtime decodes: P-224, secp256k1, DSA, X25519, X448, Ed448. */
const DECODED: ReadonlySet<string> = new Set([
  ...["1.3.132.0.33", "1.3.132.0.10", "1.2.840.10040.4.1"],
  ...["1.3.101.110", "1.3.101.111", "1.3.101.113"],
]);

/** The arc below NIST's `sigAlgs`, 2.16.840.1.101.3.4.3 (FIPS 204, FIPS 205). */
const NIST = "2.16.840.1.101.3.4.3.";
const SLH_DSA = ["SHA2", "SHAKE"].flatMap((hash) =>
  ["128s", "128f", "192s", "192f", "256s", "256f"].map((size) => `SLH-DSA-${hash}-${size}`)
);

const NAMES: ReadonlyMap<string, string> = new Map([
  ...["ML-DSA-44", "ML-DSA-65", "ML-DSA-87", ...SLH_DSA]
    .map((name, at) => [`${NIST}${17 + at}`, name] as const),
  // RFC 5639, appendix A.
  ...[160, 192, 224, 256, 320, 384, 512].flatMap((bits, at) =>
    ["r1", "t1"].map((kind, twisted) =>
      [`1.3.36.3.3.2.8.1.1.${1 + at * 2 + twisted}`, `brainpoolP${bits}${kind}`] as const
    )
  ),
  [RSA_PSS, "RSA-PSS keys"],
  ["1.3.101.113", "Ed448"],
  ["1.3.132.0.33", "P-224"],
  ["1.3.132.0.10", "secp256k1"],
  ["1.2.840.10040.4.1", "DSA"],
  ["1.2.156.10197.1.301", "SM2"],
]);

/** For people; an algorithm without a known name by its object identifier. */
export function nameAlgorithm(id: string): string {
  return NAMES.get(id) ?? `the algorithm ${id || "of a damaged certificate"}`;
}

/** Whether the runtime decodes private keys of an algorithm. */
export function isDecoded(key: string): boolean {
  return VERIFYING.has(key) || DECODED.has(key);
}

/** Bits of the longest RSA key with which the runtime and the library verify. */
const MOST_RSA = 4096;

/**
 * What this build cannot verify of a signature; undefined if it can.
 *
 * @param subject DER of the certificate that is signed.
 * @param issuer DER of the certificate with the key.
 */
export function unverifiable(subject: Uint8Array, issuer: Uint8Array): string | undefined {
  const { key, rsaBits = 0 } = algorithmsOf(issuer);
  if (!VERIFYING.has(key)) return nameAlgorithm(key);
  if (rsaBits > MOST_RSA) return `RSA-${rsaBits}`;
  const { signature } = algorithmsOf(subject);
  return VERIFIED.has(signature) ? undefined : nameAlgorithm(signature);
}

/** Signatures by the same key: for others node:crypto says no although they are right (Deno 2.7.11). */
const RELIABLE: ReadonlySet<string> = new Set([
  ...["5", "11", "12", "13"].map((arc) => `${RSA} 1.2.840.113549.1.1.${arc}`),
  `${P_256} 1.2.840.10045.4.3.2`,
  `${P_384} 1.2.840.10045.4.3.3`,
  `${ED25519} ${ED25519}`,
]);

/** Whether node:crypto can tell that a certificate is not self-signed. */
export function isVerifiedReliably(der: Uint8Array): boolean {
  const { key, signature } = algorithmsOf(der);
  return RELIABLE.has(`${key} ${signature}`);
}

/** Identifies a CA by its name and its key, which several of its certificates share. */
export function nameKey(der: Uint8Array): string {
  const [name, key] = certificateFields(der).slice(4, 6);
  return [name, key].map((field) => Buffer.from(field?.body ?? []).toString("base64")).join(" ");
}

/** The algorithm of a certificate's key with which this build makes no TLS connection, if it is one. */
export function unservable(der: Uint8Array): string | undefined {
  const { key } = algorithmsOf(der);
  return VERIFYING.has(key) && key !== RSA_PSS ? undefined : nameAlgorithm(key);
}

/** The fields of the part of a certificate that is signed, from the serial number on (RFC 5280, 4.1). */
export function certificateFields(der: Uint8Array): readonly Der[] {
  const [signed] = readInside(der);
  const fields = signed === undefined ? [] : readElements(signed.body);
  return fields[0]?.tag === INTEGER ? fields : fields.slice(1);
}

export function algorithmsOf(der: Uint8Array): Algorithms {
  const [algorithm, bits] = readElements(certificateFields(der)[5]?.body ?? new Uint8Array());
  const key = keyAlgorithm(algorithm);
  const [, signature] = readInside(der);
  return {
    key,
    signature: readObjectId(readElements(signature?.body ?? new Uint8Array())[0]),
    rsaBits: key === RSA || key === RSA_PSS ? modulusBits(bits) : undefined,
  };
}

function keyAlgorithm(algorithm: Der | undefined): string {
  const [id, parameters] = readElements(algorithm?.body ?? new Uint8Array());
  const found = readObjectId(id);
  return found === EC ? readObjectId(parameters) || found : found;
}

function modulusBits(bits: Der | undefined): number | undefined {
  if (bits?.tag !== BIT_STRING) return undefined;
  const [modulus] = readInside(bits.body.subarray(1));
  const from = modulus?.body.findIndex((byte) => byte !== 0) ?? -1;
  if (modulus === undefined || from < 0) return undefined;
  const length = modulus.body.length - from;
  return length * 8 - Math.clz32(modulus.body[from] ?? 0) + 24;
}

/** The algorithm of a private key that is not encrypted; undefined if it is damaged. */
export function privateKeyAlgorithm(pem: string): string | undefined {
  const fields = readInside(decodePem(pem));
  if (fields[0]?.tag !== INTEGER) return undefined;
  // PKCS #8 (RFC 5208) has the algorithm in its second field, SEC1 (RFC 5915) a curve in its third.
  const found = /-----BEGIN EC PRIVATE KEY-----/.test(pem)
    ? readObjectId(readElements(fields[2]?.body ?? new Uint8Array())[0])
    : keyAlgorithm(fields[1]);
  return found || undefined;
}
