/** The way from a leaf to its root, each step proved by a signature. */
import type { X509Certificate } from "node:crypto";
import { openCertificate } from "./certificate.ts";
import { splitCertificates } from "./pem.ts";
import { isSignedBy } from "./signature.ts";

interface Authority {
  readonly pem: string;
  readonly certificate: X509Certificate;
}

/** PEM, each ending with a newline. */
export interface Chain {
  /** The leaf's issuer first; empty where a root signed the leaf. */
  readonly intermediates: readonly string[];
  /** The root that the chain ends at, or, where none came along, the authority nearest to it. */
  readonly anchors: readonly string[];
}

/**
 * Orders CA certificates into the leaf's chain: the leaf's issuer first, the root left out, since
 * a peer has it or does not trust it (RFC 8446, 4.4.2).
 *
 * Issuers are found by name, and by the signature: an authority whose key changed has namesakes.
 *
 * @param leaf PEM of the end entity.
 * @param authorities PEM of CA certificates in any order, with repetitions.
 *
 * Throws an Error where none of them signed the leaf.
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
    // Authorities that signed each other would lead in a circle.
    unused.delete(issuer);
    end = issuer.certificate;
  }
  if (intermediates.length > 0) return { intermediates, anchors: intermediates.slice(-1) };
  throw new Error(
    pool.length === 0
      ? "the server sent no CA certificate with it"
      : "none of the CA certificates that the server sent issued it",
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

/** Signed by itself (RFC 5280, 3.2); a root that another one of its name signed too is none. */
async function isRoot(certificate: X509Certificate): Promise<boolean> {
  return certificate.subject === certificate.issuer && await isSignedBy(certificate, certificate);
}
