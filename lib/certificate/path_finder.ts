/**
 * Finds the CA certificates of a stored set that lead from its leaf to a root. It compares names, which
 * is cheap; signatures are verified only for CAs that share a name.
 */
import type { X509Certificate } from "node:crypto";
import { type ChainLink, type ChainPaths, findValidPath, type KnownPaths } from "./chain_paths.ts";
import {
  authorityKeyId,
  isSameCertificate,
  isSelfIssued,
  isSelfSigned,
  nameOf,
  openValid,
} from "./stored_chain.ts";
import { authorityFacts } from "./weakness.ts";

/** The CA certificates of a chain and of `ca.pem`, each once. */
interface Authorities {
  readonly opened: readonly X509Certificate[];
  readonly links: readonly ChainLink[];
  /** Whether `ca.pem` contains a certificate. */
  readonly anchored: boolean;
  /** Whether it contains a root; if not, another set's `ca.pem` may tell more. */
  readonly rooted: boolean;
}

interface FoundPaths {
  readonly paths: KnownPaths;
  /** What is wrong with `ca.pem`, if there is one. */
  readonly caProblem?: string | undefined;
}

/**
 * Finds paths and caches them by issuer. While a cached path is valid, `ca.pem` of further sets need not
 * be read. Paths that a later set adds apply to the earlier sets, too.
 */
export class PathFinder {
  readonly #now: Date;
  readonly #authorities = new Map<string, Map<string, Authorities>>();
  readonly #known = new Map<string, { readonly paths: ChainPaths[]; until: number }>();

  constructor(now: Date) {
    this.#now = now;
  }

  /** The known paths, if one of them is valid until the certificate expires. */
  recall(key: string, notAfter: Date): KnownPaths | undefined {
    const known = this.#known.get(key);
    return known !== undefined && known.until >= notAfter.getTime() ? known.paths : undefined;
  }

  /**
   * @param key The key of the cache; absent: the paths are not cached, and no other set counts.
   * @param chain PEM of the CAs above the leaf.
   * @param ca Text of `ca.pem`. A path ends at a root in it or, if the server omits roots, at a CA without
   *   an issuer here. If it contains no certificate, only the chain counts.
   */
  find(
    key: string | undefined,
    leaf: X509Certificate,
    chain: string,
    ca: string | undefined,
  ): FoundPaths {
    const authorities = this.#open(chain, ca ?? "");
    const paths = this.#remember(
      authorities.rooted ? key : undefined,
      pathsFrom(leaf, authorities),
    );
    const caProblem = ca === undefined || authorities.anchored
      ? undefined
      : "ca.pem in the store contains no PEM certificate that can be decoded";
    return { paths, caProblem };
  }

  #remember(key: string | undefined, paths: ChainPaths): KnownPaths {
    if (key === undefined) return [paths];
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, known = { paths: [], until: -Infinity });
    // Many sets have the same CAs; add them once.
    if (known.paths.some(({ links }) => links === paths.links)) return known.paths;
    known.paths.push(paths);
    const root = findValidPath(known.paths, this.#now)?.at(-1);
    if (root?.isRoot) known.until = root.notAfter.getTime();
    return known.paths;
  }

  #open(chain: string, ca: string): Authorities {
    let byCa = this.#authorities.get(chain);
    if (byCa === undefined) this.#authorities.set(chain, byCa = new Map());
    let authorities = byCa.get(ca);
    if (authorities === undefined) byCa.set(ca, authorities = openAuthorities(chain, ca));
    return authorities;
  }
}

/** The paths from a CA, itself included. The text begins with it, and contains the CAs above it. */
export function authorityPaths(text: string): KnownPaths {
  return [{ links: openAuthorities(text, "").links, issuers: [0] }];
}

/** Identifies the CA and the key that issued a certificate; `undefined` if it has no key identifier. */
export function issuerKeyOf(
  certificate: Pick<X509Certificate, "issuer" | "raw">,
): string | undefined {
  const id = authorityKeyId(certificate);
  return id === undefined ? undefined : `${certificate.issuer}\n${id}`;
}

function pathsFrom(leaf: X509Certificate, { opened, links }: Authorities): ChainPaths {
  const issuers = issuersAmong(opened, leaf);
  if (!isSelfIssued(leaf)) return { links, issuers };
  return { links, issuers: issuers.filter((at) => !isSameCertificate(opened[at] ?? leaf, leaf)) };
}

/** CA certificates of one file that count: those that share a name are proved against each other. */
const MAX_AUTHORITIES = 32;

function openAuthorities(chain: string, ca: string): Authorities {
  const above = openValid(chain).slice(0, MAX_AUTHORITIES);
  const anchors = openValid(ca).slice(0, MAX_AUTHORITIES);
  const opened = [
    ...new Map([...above, ...anchors].map((one) => [one.fingerprint256, one])).values(),
  ];
  const links = linksOf(opened, anchors);
  const anchored = anchors.length > 0;
  const rooted = anchored && links.some(({ isRoot, isAnchor }) => isRoot && isAnchor);
  return { opened, links, anchored, rooted };
}

function linksOf(
  opened: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
): ChainLink[] {
  const trusted = new Set(anchors.map(({ fingerprint256 }) => fingerprint256));
  const links = opened.map((one, at) => ({
    name: nameOf(one),
    notBefore: new Date(one.validFrom),
    notAfter: new Date(one.validTo),
    isRoot: isSelfSigned(one),
    isAnchor: trusted.size === 0 || trusted.has(one.fingerprint256),
    issuers: issuersAmong(opened, one).filter((place) => place !== at),
    ...authorityFacts(one, nameOf(one)),
  }));
  const isTop = ({ isAnchor, isRoot, issuers }: ChainLink) =>
    isAnchor && (isRoot || issuers.length === 0);
  // CAs that signed each other have no top.
  return links.some(isTop) ? links.map((link) => ({ ...link, isAnchor: isTop(link) })) : links;
}

/** The indexes of the possible issuers. */
function issuersAmong(
  opened: readonly X509Certificate[],
  subject: X509Certificate,
): readonly number[] {
  const named = opened.flatMap((one, at) => subject.checkIssued(one) ? at : []);
  if (named.length < 2) return named;
  const verified = named.filter((at) => isVerified(subject, opened[at]));
  // Some signatures cannot be verified here (chain.ts).
  return verified.length > 0 ? verified : named;
}

function isVerified(subject: X509Certificate, issuer: X509Certificate | undefined): boolean {
  try {
    return issuer !== undefined && subject.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
