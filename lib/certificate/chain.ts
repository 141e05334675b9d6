/**
 * Builds the chain from a leaf to its roots. Each step is verified by its signature, unless this build
 * does not know the algorithm.
 *
 * Guaranteed: each CA certificate that is not self-signed and lies on a usable path is in the chain, so
 * that clients that trust any of the roots accept it. A path that has ended, or that clients refuse, is
 * left out if another one is usable.
 */
import type { X509Certificate } from "node:crypto";
import { nameKey, unverifiable } from "./algorithms.ts";
import { openCertificate } from "./certificate.ts";
import { findPaths } from "./every_path.ts";
import { splitCertificates } from "./pem.ts";
import { isSelfIssued, nameOf } from "./stored_chain.ts";
import { verifySignature } from "./verify_signature.ts";
import { authorityFacts, pathWeakness, type Weakness } from "./weakness.ts";

interface Authority {
  readonly pem: string;
  readonly certificate: X509Certificate;
}

/** PEM, each ending with a newline. */
export interface Chain {
  /** The leaf's issuer first, then up its first path; then what further paths add. */
  readonly intermediates: readonly string[];
  /** The root of the first path that has one, or, if the server sent none, the CA nearest to it. */
  readonly anchors: readonly string[];
  /** Algorithms of signatures that this build cannot verify. */
  readonly unverified: readonly string[];
  /** Of the first path, if no path is without one. */
  readonly weakness?: Weakness | undefined;
  /** Set if CAs signed each other and no root is there: the name of the last one. */
  readonly cycle?: string | undefined;
}

/**
 * Orders CA certificates into the leaf's chain: the leaf's issuer first, without roots, because a peer
 * either has them or does not trust them (RFC 8446, 4.4.2). Several issuers of one certificate are in
 * the order of the server, because some clients try only the first.
 *
 * Issuers are found by name and signature, because a CA whose key changed has the same name as before.
 *
 * @param leaf PEM of the end entity.
 * @param authorities PEM of CA certificates in any order, possibly repeated.
 *
 * Throws an Error if none of them signed the leaf.
 */
export async function buildChain(
  leaf: string,
  authorities: readonly string[],
  now: Date,
): Promise<Chain> {
  const pems = [...new Set(authorities.flatMap(splitCertificates))];
  const { pool, roots, issuers } = await proveAuthorities(pems);
  const end = openCertificate(leaf);
  const lowest = await findIssuers(pool, end);
  const issuersOf = (subject: X509Certificate) => issuers.get(subject)?.found ?? [];
  if (lowest.found.length === 0) {
    throw new Error(
      pool.length === 0
        ? "the server sent no CA certificate with it"
        : "the server sent CA certificates, but none of them issued it",
    );
  }
  const { paths, cycle } = findPaths(lowest.found, ({ certificate }) => issuersOf(certificate));
  const { usable, weakness } = chooseUsable(paths, now);
  const [first = []] = usable;
  const top = (usable.find((path) => roots.has(path.at(-1) as Authority)) ?? first).at(-1);
  const kept = [...new Set(usable.flat())];
  const unverified = [lowest, ...kept.map(({ certificate }) => issuers.get(certificate))]
    .map((above) => above?.unknown);
  return {
    intermediates: kept.filter((one) => !roots.has(one)).map(({ pem }) => pem),
    anchors: top === undefined ? [] : [top.pem],
    unverified: [...new Set(unverified.filter((algorithm) => algorithm !== undefined))],
    weakness,
    cycle: cycle && nameOf(cycle.certificate),
  };
}

/** CA certificates, and which of them issued each other. */
interface Authorities {
  /** Roots first, then in the order of the server. */
  readonly pool: readonly Authority[];
  readonly roots: ReadonlySet<Authority>;
  readonly issuers: ReadonlyMap<X509Certificate, Issuers>;
}

/** By their texts. Most certificates of a run have the same CAs, whose signatures cost most of a check. */
const proved = new Map<string, Promise<Authorities>>();

/** A server that sends others each time must not fill the memory. */
const MOST_PROVED = 32;

function proveAuthorities(pems: readonly string[]): Promise<Authorities> {
  const key = pems.join("");
  const known = proved.get(key) ?? proveEach(pems);
  if (proved.size >= MOST_PROVED) proved.clear();
  proved.set(key, known);
  return known;
}

async function proveEach(pems: readonly string[]): Promise<Authorities> {
  const given = pems.map((pem) => ({ pem, certificate: openCertificate(pem) }));
  const roots = new Set<Authority>();
  for (const one of given) if (await isRoot(one)) roots.add(one);
  const pool = [...given].sort((a, b) => Number(roots.has(b)) - Number(roots.has(a)));
  const issuers = new Map<X509Certificate, Issuers>();
  for (const one of pool) {
    const above = roots.has(one) ? NONE : await findIssuers(pool, one.certificate);
    issuers.set(one.certificate, above);
  }
  return { pool, roots, issuers };
}

type Path = readonly Authority[];

/** The paths that clients accept, otherwise those that are valid now, otherwise all. */
function chooseUsable(paths: readonly Path[], now: Date) {
  const ranked = paths.map((path) => ({ path, weakness: weaknessOf(path) }));
  const valid = ranked.filter(({ path }) => path.every((one) => isValidAt(one, now)));
  const strong = valid.filter(({ weakness }) => weakness === undefined);
  const [chosen = ranked] = [strong, valid].filter((some) => some.length > 0);
  return { usable: chosen.map(({ path }) => path), weakness: chosen[0]?.weakness };
}

function isValidAt({ certificate: { validFrom, validTo } }: Authority, now: Date): boolean {
  return new Date(validFrom) <= now && now < new Date(validTo);
}

function weaknessOf(path: Path): Weakness | undefined {
  return pathWeakness(path.map(({ certificate }) => {
    const name = nameOf(certificate);
    return { name, ...authorityFacts(certificate, name) };
  }));
}

interface Issuers {
  readonly found: readonly Authority[];
  /** The algorithm that this build cannot verify. */
  readonly unknown?: string | undefined;
}

const NONE: Issuers = { found: [] };

/** Those that are proved, otherwise the first one that cannot be verified. */
async function findIssuers(
  pool: readonly Authority[],
  subject: X509Certificate,
): Promise<Issuers> {
  const proved: Authority[] = [];
  const assumed: Authority[] = [];
  for (const authority of pool) {
    const { certificate } = authority;
    if (!subject.checkIssued(certificate)) continue;
    const signed = await verifySignature(subject, certificate);
    if (signed === "yes") proved.push(authority);
    if (signed === "unknown") assumed.push(authority);
  }
  const [first] = assumed;
  if (proved.length > 0 || first === undefined) return { found: proved };
  // Others with the same name and key are CAs that were cross-signed.
  const found = assumed.filter(({ certificate }) =>
    nameKey(certificate.raw) === nameKey(first.certificate.raw)
  );
  return { found, unknown: unverifiable(subject.raw, first.certificate.raw) };
}

/** Self-signed (RFC 5280, 3.2); not if another CA with the same name signed it. */
async function isRoot(one: Authority): Promise<boolean> {
  const { certificate } = one;
  return isSelfIssued(certificate) && (await findIssuers([one], certificate)).found.length > 0;
}
