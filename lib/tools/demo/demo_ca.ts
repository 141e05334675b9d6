/** The root and the intermediate of a demo server. Generated for each, and kept only in memory. */
import { Buffer } from "node:buffer";
import { createPrivateKey, randomBytes } from "node:crypto";
import type { Extension, X509Certificate } from "@peculiar/x509";
import { x509 } from "../../certificate/x509.ts";

const { KeyUsageFlags, KeyUsagesExtension } = x509;

const EC_P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const ECDSA_SHA256 = { name: "ECDSA", hash: "SHA-256" } as const;

/** Vault sets the start 30 s back for clients whose clock is behind (not_before_duration). */
const BACKDATE_MS = 30_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const ROOT_LIFETIME_MS = 3650 * DAY_MS;
const INTERMEDIATE_LIFETIME_MS = 1825 * DAY_MS;

/** The properties of a new leaf. */
export interface LeafRequest {
  readonly commonName: string;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  /** Signing time; the certificate becomes valid 30 s before it. */
  readonly now: Date;
  readonly notAfter: Date;
  readonly keyFormat: "sec1" | "pkcs8";
}

/** A new leaf with its key. PEM without a final newline, as in an answer of Vault. */
export interface Leaf {
  readonly certificate: string;
  readonly privateKey: string;
  /** Lower-case hexadecimal bytes, joined by colons. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A CA certificate that issues leaves. */
export interface Authority {
  /** PEM of the issuer. */
  readonly certificate: string;
  /** PEM of the issuer and the CAs above it, root last. */
  readonly chain: readonly string[];
  readonly notAfter: Date;
  issue(request: LeafRequest): Promise<Leaf>;
}

/** A root, and an intermediate that it signed. */
export interface DemoCa {
  readonly root: Authority;
  readonly intermediate: Authority;
}

interface Signer {
  readonly certificate: X509Certificate;
  readonly privateKey: CryptoKey;
}

/** Generates a root and an intermediate with EC P-256 keys. */
export async function createDemoCa(now: Date): Promise<DemoCa> {
  const root = await createSigner("VCM Demo Root", now, ROOT_LIFETIME_MS);
  const name = "VCM Demo Intermediate";
  const below = await createSigner(name, now, INTERMEDIATE_LIFETIME_MS, root);
  return { root: authority([root]), intermediate: authority([below, root]) };
}

function authority(signers: readonly [Signer, ...Signer[]]): Authority {
  const [issuer] = signers;
  return {
    certificate: pem(issuer.certificate),
    chain: signers.map((signer) => pem(signer.certificate)),
    notAfter: issuer.certificate.notAfter,
    issue: (request) => issueLeaf(issuer, request),
  };
}

async function createSigner(
  commonName: string,
  now: Date,
  lifetimeMs: number,
  parent?: Signer,
): Promise<Signer> {
  const keys = await crypto.subtle.generateKey(EC_P256, false, ["sign", "verify"]);
  const notAfter = new Date(now.getTime() + lifetimeMs);
  const request = { commonName, dnsSans: [], ipSans: [], now, notAfter };
  const certificate = await certify(request, keys, parent, [
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    new x509.BasicConstraintsExtension(true, undefined, true),
  ]);
  return { certificate, privateKey: keys.privateKey };
}

async function issueLeaf(issuer: Signer, request: LeafRequest): Promise<Leaf> {
  const keys = await crypto.subtle.generateKey(EC_P256, true, ["sign", "verify"]);
  const usages = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment |
    KeyUsageFlags.keyAgreement;
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const certificate = await certify(request, keys, issuer, [
    new KeyUsagesExtension(usages, true),
    new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
  ]);
  return {
    certificate: pem(certificate),
    privateKey: await exportKey(keys.privateKey, request.keyFormat),
    serialNumber: certificate.serialNumber.match(/../g)?.join(":") ?? "",
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
  };
}

/** A certificate for the public key. Without an issuer it is self-signed. */
async function certify(
  { commonName, dnsSans, ipSans, now, notAfter }: Omit<LeafRequest, "keyFormat">,
  keys: CryptoKeyPair,
  issuer: Signer | undefined,
  usages: readonly Extension[],
): Promise<X509Certificate> {
  const subject = [{ CN: [commonName] }];
  const names = [
    ...dnsSans.map((value) => ({ type: "dns" as const, value })),
    ...ipSans.map((value) => ({ type: "ip" as const, value })),
  ];
  const issuerKey = issuer?.certificate.publicKey ?? keys.publicKey;
  return await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: new Date(now.getTime() - BACKDATE_MS),
    notAfter,
    publicKey: keys.publicKey,
    signingKey: issuer?.privateKey ?? keys.privateKey,
    signingAlgorithm: ECDSA_SHA256,
    extensions: [
      ...usages,
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuerKey),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
}

/** 20 bytes (RFC 5280, 4.1.2.2): a positive number without leading zero bytes. */
function randomSerial(): string {
  const bytes = randomBytes(20);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes.toString("hex");
}

/** WebCrypto exports EC keys as PKCS#8 only; Vault's default for them is SEC1. */
async function exportKey(key: CryptoKey, format: "sec1" | "pkcs8"): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key));
  const text = createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ type: format, format: "pem" });
  return text.toString().trimEnd();
}

function pem(certificate: X509Certificate): string {
  return certificate.toString("pem").trimEnd();
}
