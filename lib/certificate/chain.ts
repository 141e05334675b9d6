/** Builds the chain from a leaf to its root; each step is verified by its signature. */
import type { X509Certificate } from "node:crypto";
import { openCertificate } from "./certificate.ts";
import { splitCertificates } from "./pem.ts";

interface Authority {
  readonly pem: string;
  readonly certificate: X509Certificate;
}

/** PEM, each ending with a newline. */
export interface Chain {
  /** The leaf's issuer first; empty if a root signed the leaf. */
  readonly intermediates: readonly string[];
  /** The root of the chain, or, if the server sent none, the CA nearest to it. */
  readonly anchors: readonly string[];
}

/**
 * Orders CA certificates into the leaf's chain: the leaf's issuer first, without the root, because a
 * peer either has it or does not trust it (RFC 8446, 4.4.2).
 *
 * Issuers are found by name and signature, because a CA whose key changed has the same name as before.
 *
 * @param leaf PEM of the end entity.
 * @param authorities PEM of CA certificates in any order, possibly repeated.
 *
 * Throws an Error if none of them signed the leaf.
 */
export async function buildChain(leaf: string, authorities: readonly string[]): Promise<Chain> {
  const pems = new Set(authorities.flatMap(splitCertificates));
  const pool = [...pems].map((pem) => ({ pem, certificate: openCertificate(pem) }));
  const roots: Authority[] = [];
  const unused = new Set<Authority>();
  for (const authority of pool) {
    if (await isRoot(authority.certificate)) roots.push(authority);
    else unused.add(authority);
  }
  const intermediates: string[] = [];
  let end = openCertificate(leaf);
  for (;;) {
    const root = await findIssuer(roots, end);
    if (root !== undefined) return { intermediates, anchors: [root.pem] };
    const issuer = await findIssuer([...unused], end);
    if (issuer === undefined) break;
    intermediates.push(issuer.pem);
    // CAs that signed each other would lead to a loop.
    unused.delete(issuer);
    end = issuer.certificate;
  }
  if (intermediates.length > 0) return { intermediates, anchors: intermediates.slice(-1) };
  throw new Error(
    pool.length === 0
      ? "the server sent no CA certificate with it"
      : "the server sent CA certificates, but none of them issued it",
  );
}

async function findIssuer(
  pool: readonly Authority[],
  subject: X509Certificate,
): Promise<Authority | undefined> {
  for (const authority of pool) {
    const { certificate } = authority;
    if (subject.checkIssued(certificate) && await isSignedBy(subject, certificate)) {
      return authority;
    }
  }
  return undefined;
}

/** Self-signed (RFC 5280, 3.2); not if another CA with the same name signed it. */
async function isRoot(certificate: X509Certificate): Promise<boolean> {
  return certificate.subject === certificate.issuer && await isSignedBy(certificate, certificate);
}

/**
 * Whether a certificate was signed by the key of another. node:crypto is fast, and its yes is reliable.
 * For some algorithms (P-521, RSA-PSS, P-384 with SHA-256 in Deno 2.7.11) it says no or throws; these
 * are checked by the library, which takes longer to load.
 */
async function isSignedBy(
  subject: X509Certificate,
  issuer: X509Certificate,
): Promise<boolean> {
  try {
    if (subject.verify(issuer.publicKey)) return true;
  } catch {
    // The library decides.
  }
  const { x509 } = await import("./x509.ts");
  const open = ({ raw }: X509Certificate) => new x509.X509Certificate(new Uint8Array(raw));
  try {
    const { publicKey } = open(issuer);
    return await open(subject).verify({ publicKey, signatureOnly: true });
  } catch {
    return false;
  }
}
