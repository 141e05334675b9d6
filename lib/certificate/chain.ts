/** The way from a leaf to its root. */
import type { X509Certificate } from "node:crypto";
import { openCertificate } from "./certificate.ts";
import { splitCertificates } from "./pem.ts";

interface Authority {
  readonly pem: string;
  readonly certificate: X509Certificate;
}

/**
 * Orders CA certificates into the leaf's chain: the leaf's issuer first, the root left out, since
 * a peer has it or does not trust it (RFC 8446, 4.4.2).
 *
 * Issuers are found by name. Signatures decide only between namesakes, such as the old and the new
 * certificate of an authority whose key changed: the runtime cannot check those of P-521 and
 * RSA-PSS.
 *
 * @param leaf PEM of the end entity.
 * @param authorities PEM of CA certificates in any order, with repetitions.
 * @returns PEM of the intermediates, each ending with a newline; empty where a root signed the leaf.
 *
 * Throws an Error where CA certificates are given and none of them issued the leaf.
 */
export function buildChain(leaf: string, authorities: readonly string[]): string[] {
  const pems = new Set(authorities.flatMap(splitCertificates));
  const pool = [...pems].map((pem) => ({ pem, certificate: openCertificate(pem) }));
  const end = openCertificate(leaf);
  if (pool.length > 0 && findIssuer(pool, end) === undefined) {
    throw new Error("none of the CA certificates that came with the certificate issued it");
  }
  const unused = new Set(pool.filter(({ certificate }) => !isRoot(certificate)));
  const chain: string[] = [];
  for (let current: X509Certificate | undefined = end; current !== undefined;) {
    const issuer = findIssuer([...unused], current);
    if (issuer !== undefined) {
      chain.push(issuer.pem);
      // Authorities that signed each other would lead in a circle.
      unused.delete(issuer);
    }
    current = issuer?.certificate;
  }
  return chain;
}

/**
 * The CA bundle: every root among the CA certificates, or, where none came along, the authority
 * nearest to it.
 *
 * @param chain As `buildChain()` gives it.
 * @returns PEM, each ending with a newline; empty where no CA certificate is known.
 */
export function trustAnchors(chain: readonly string[], authorities: readonly string[]): string[] {
  const pems = [...new Set(authorities.flatMap(splitCertificates))];
  const roots = pems.filter((pem) => isRoot(openCertificate(pem)));
  return roots.length > 0 ? roots : [...chain.slice(-1)];
}

function findIssuer(pool: readonly Authority[], subject: X509Certificate): Authority | undefined {
  const [only, ...others] = pool.filter(({ certificate }) => subject.checkIssued(certificate));
  if (only === undefined || others.length === 0) return only;
  return [only, ...others].find(({ certificate }) => signed(certificate, subject)) ?? only;
}

function signed(issuer: X509Certificate, subject: X509Certificate): boolean {
  try {
    return subject.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** Self-issued (RFC 5280, 3.2), which every root is. */
function isRoot(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer;
}
