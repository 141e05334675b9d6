/** Certificates and keys of all kinds, made by WebCrypto, which needs no permission. */
import "reflect-metadata";
import { createPrivateKey } from "node:crypto";
import {
  BasicConstraintsExtension,
  type JsonGeneralNames,
  type JsonName,
  type KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

interface KeyAlgorithm {
  readonly name: string;
  readonly hash?: string;
  readonly namedCurve?: string;
  readonly modulusLength?: number;
  readonly publicExponent?: Uint8Array<ArrayBuffer>;
  readonly saltLength?: number;
}

const RSA = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };

export const ALGORITHMS = {
  "EC P-256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  "EC P-384": { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  "EC P-384 with SHA-256": { name: "ECDSA", namedCurve: "P-384", hash: "SHA-256" },
  "EC P-521": { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" },
  "RSA": { name: "RSASSA-PKCS1-v1_5", ...RSA },
  "RSA 1024": { name: "RSASSA-PKCS1-v1_5", ...RSA, modulusLength: 1024 },
  "RSA-PSS": { name: "RSA-PSS", ...RSA, saltLength: 32 },
  "Ed25519": { name: "Ed25519" },
} as const satisfies Readonly<Record<string, KeyAlgorithm>>;

export type AlgorithmName = keyof typeof ALGORITHMS;

export interface MakeOptions {
  readonly algorithm?: AlgorithmName;
  /** Signs it; without one it signs itself. */
  readonly issuer?: Made;
  /** Gives it the keys of another certificate. */
  readonly keysOf?: Made;
  readonly subject?: JsonName;
  readonly names?: JsonGeneralNames;
  readonly authority?: boolean;
  /** Of an authority. */
  readonly pathLength?: number;
  /** Absent: no extension says it. */
  readonly usages?: KeyUsageFlags;
  /** Hexadecimal. */
  readonly serial?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A certificate with its key. */
export interface Made {
  /** PEM that ends with a newline. */
  readonly pem: string;
  readonly certificate: X509Certificate;
  readonly keys: CryptoKeyPair;
  readonly algorithm: KeyAlgorithm;
  /** PKCS#8, as `BEGIN PRIVATE KEY`. */
  readonly pkcs8: string;
}

/** A certificate for a common name, self-signed unless the options name an issuer. */
export async function makeCertificatePem(name: string, options: MakeOptions = {}): Promise<Made> {
  const algorithm = ALGORITHMS[options.algorithm ?? "EC P-256"];
  const keys = options.keysOf?.keys ??
    await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
  const subject = options.subject ?? [{ CN: [name] }];
  const { issuer } = options;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: options.serial ?? "0a1b2c",
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: options.notBefore ?? new Date("2026-11-01T00:00:00Z"),
    notAfter: options.notAfter ?? new Date("2027-01-30T00:00:00Z"),
    publicKey: keys.publicKey,
    signingKey: issuer?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: issuer?.algorithm ?? algorithm,
    extensions: [
      new BasicConstraintsExtension(options.authority ?? false, options.pathLength),
      ...(options.usages === undefined ? [] : [new KeyUsagesExtension(options.usages, true)]),
      ...(options.names ? [new SubjectAlternativeNameExtension(options.names)] : []),
    ],
  });
  const der = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    pem: `${certificate.toString("pem").trim()}\n`,
    certificate,
    keys,
    algorithm,
    pkcs8: `${PemConverter.encode(der, "PRIVATE KEY").trim()}\n`,
  };
}

/** A certificate that may sign others. */
export function makeAuthority(name: string, options: MakeOptions = {}): Promise<Made> {
  return makeCertificatePem(name, { authority: true, ...options });
}

/** The key as OpenSSL's old forms have it: SEC1 for EC keys, PKCS#1 for RSA. */
export function oldForm({ pkcs8 }: Made, type: "sec1" | "pkcs1"): string {
  return createPrivateKey(pkcs8).export({ type, format: "pem" }).toString();
}

/** The key behind a passphrase. */
export function encrypted({ pkcs8 }: Made): string {
  const lock = { cipher: "aes-256-cbc", passphrase: "secret" };
  return createPrivateKey(pkcs8).export({ type: "pkcs8", format: "pem", ...lock }).toString();
}

/** DER bytes as PEM under a label. */
export function asPem(der: Uint8Array, label = "CERTIFICATE"): string {
  return `${PemConverter.encode(new Uint8Array(der).buffer, label).trim()}\n`;
}
