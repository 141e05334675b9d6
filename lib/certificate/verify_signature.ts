/** Whether the key of one certificate signed another. */
import { Buffer } from "node:buffer";
import { verify, type X509Certificate } from "node:crypto";
import { algorithmsOf, unverifiable } from "./algorithms.ts";
import { isSignedByEcdsa, signedPart } from "./verify_ecdsa.ts";

/** "unknown": this build cannot verify the signature. */
export type Signed = "yes" | "no" | "unknown";

/** Hashes of RSA signatures (RFC 8017, A.2.4) that node:crypto verifies. */
const RSA_HASHES: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
]);

/** The library takes seconds for a long CRL. */
function isSignedByRsa(crl: Uint8Array, { publicKey }: X509Certificate): boolean {
  const hash = RSA_HASHES.get(algorithmsOf(crl).signature);
  const signed = signedPart(crl);
  if (hash === undefined || signed === undefined) return false;
  return publicKey.asymmetricKeyType === "rsa" &&
    verify(hash, signed.text, publicKey, signed.bits.subarray(1));
}

/** Whether the key of a CA signed a CRL. "unknown": this build does not know the algorithm. */
export async function verifyCrl(crl: Uint8Array, issuer: X509Certificate): Promise<Signed> {
  if (await isSignedByEcdsa({ raw: Buffer.from(crl) }, issuer)) return "yes";
  if (unverifiable(crl, issuer.raw) !== undefined) return "unknown";
  const { x509 } = await import("./x509.ts");
  try {
    if (isSignedByRsa(crl, issuer)) return "yes";
    const publicKey = new x509.X509Certificate(new Uint8Array(issuer.raw));
    // By default the library refuses more than 10,000 nodes, which are some 2,000 entries.
    const options = { berOptions: { maxNodes: crl.length } };
    const opened = new x509.X509Crl(new Uint8Array(crl), options);
    return await opened.verify({ publicKey }) ? "yes" : "no";
  } catch {
    return "no";
  }
}

/**
 * node:crypto is fast, and its yes is reliable. For some algorithms (P-521, RSA-PSS, P-384 with SHA-256
 * in Deno 2.7.11) it says no or throws; these are checked by the library, which takes longer to load.
 */
export async function verifySignature(
  subject: X509Certificate,
  issuer: X509Certificate,
): Promise<Signed> {
  if (await isSignedByEcdsa(subject, issuer)) return "yes";
  try {
    if (subject.verify(issuer.publicKey)) return "yes";
  } catch {
    // The library decides.
  }
  if (unverifiable(subject.raw, issuer.raw) !== undefined) return "unknown";
  const { x509 } = await import("./x509.ts");
  const open = ({ raw }: X509Certificate) => new x509.X509Certificate(new Uint8Array(raw));
  try {
    const { publicKey } = open(issuer);
    return await open(subject).verify({ publicKey, signatureOnly: true }) ? "yes" : "no";
  } catch {
    return "no";
  }
}
