/**
 * Builds the chain from a leaf to its root; each step is verified by its signature, unless this build
 * does not know the algorithm.
 */
import type { X509Certificate } from "node:crypto";
import { algorithmsOf, unverifiable } from "./algorithms.ts";
import { openCertificate } from "./certificate.ts";
import { splitCertificates } from "./pem.ts";
import { nameOf } from "./stored_chain.ts";

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
  /** Algorithms of signatures that this build cannot verify. */
  readonly unverified: readonly string[];
  /** Set if CAs signed each other and no root is there: the name of the last one. */
  readonly cycle?: string | undefined;
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
  const above: Authority[] = [];
  const unverified = new Set<string>();
  let end = openCertificate(leaf);
  for (;;) {
    const found = await findIssuer([...roots, ...unused], end);
    if (found === undefined) break;
    const { authority, unknown } = found;
    if (unknown !== undefined) unverified.add(unknown);
    if (roots.includes(authority)) {
      return chainOf(above, authority, unverified);
    }
    above.push(authority);
    // CAs that signed each other would lead to a loop.
    unused.delete(authority);
    end = authority.certificate;
  }
  const top = above.at(-1);
  if (top === undefined) {
    throw new Error(
      pool.length === 0
        ? "the server sent no CA certificate with it"
        : "the server sent CA certificates, but none of them issued it",
    );
  }
  const cycle = await findIssuer(above, end);
  return { ...chainOf(above, top, unverified), cycle: cycle && nameOf(top.certificate) };
}

function chainOf(above: readonly Authority[], top: Authority, unverified: Iterable<string>): Chain {
  return {
    intermediates: above.map(({ pem }) => pem),
    anchors: [top.pem],
    unverified: [...unverified],
  };
}

interface Issuer {
  readonly authority: Authority;
  /** The algorithm that this build cannot verify. */
  readonly unknown?: string | undefined;
}

/** The first one that is proved, otherwise the first one that cannot be verified. */
async function findIssuer(
  pool: readonly Authority[],
  subject: X509Certificate,
): Promise<Issuer | undefined> {
  const unknown: Issuer[] = [];
  for (const authority of pool) {
    const { certificate } = authority;
    if (!subject.checkIssued(certificate)) continue;
    if (await isSignedBy(subject, certificate)) return { authority };
    const algorithm = unverifiable(algorithmsOf(subject.raw), algorithmsOf(certificate.raw));
    if (algorithm !== undefined) unknown.push({ authority, unknown: algorithm });
  }
  return unknown[0];
}

/** Self-signed (RFC 5280, 3.2); not if another CA with the same name signed it. */
async function isRoot(certificate: X509Certificate): Promise<boolean> {
  return certificate.subject === certificate.issuer &&
    await findIssuer([{ pem: "", certificate }], certificate) !== undefined;
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
