/**
 * Whether the chain of a stored set is complete, and when it expires. It compares only names, which is
 * cheap; signatures are verified at issue (chain.ts).
 */
import type { X509Certificate } from "node:crypto";
import { openCertificate, readFacts } from "./certificate.ts";
import { hasCutOffCertificate, splitCertificates } from "./pem.ts";

/** The certificate of a chain that expires first. */
export interface ChainEnd {
  /** Its common name. */
  readonly name: string;
  readonly notAfter: Date;
}

interface CheckedChain {
  /** What is wrong with the chain, to follow the name of its file. */
  readonly problem?: string | undefined;
  /** Absent if there are no intermediates, or if there is a problem. */
  readonly end?: ChainEnd | undefined;
}

/** A chain without its leaf. */
interface Line {
  /** The leaf's issuer first. */
  readonly links: readonly X509Certificate[];
  readonly damage?: string;
  /** What is wrong between the links. */
  readonly problem?: string | undefined;
  readonly end?: ChainEnd | undefined;
}

/** Checks chains and caches them, because many certificates of a host have the same chain. */
export class ChainChecker {
  readonly #lines = new Map<string, Line>();
  readonly #complete = new Set<string>();

  /**
   * @param chain PEM of the CAs above the leaf. A root at its end and repetitions are allowed.
   * @param readAnchors Reads PEM of the trust anchors. One of them must be the last certificate of the
   *   chain or its issuer. It is called only if the result is not cached; without anchors the top is
   *   not checked.
   */
  check(
    leaf: X509Certificate,
    chain: string,
    readAnchors: () => string | undefined,
  ): CheckedChain {
    const line = this.#line(chain);
    const [first] = line.links;
    const problem = line.damage ?? (first && gap(leaf, first, "it")) ?? line.problem ??
      this.#openTop(leaf, chain, line, readAnchors);
    return problem === undefined ? { end: line.end } : { problem };
  }

  #line(chain: string): Line {
    const line = this.#lines.get(chain) ?? openLine(chain);
    this.#lines.set(chain, line);
    return line;
  }

  /** What is missing at the top. Only success is cached: another set's `ca.pem` may differ. */
  #openTop(
    leaf: X509Certificate,
    chain: string,
    { links }: Line,
    readAnchors: () => string | undefined,
  ): string | undefined {
    const key = `${leaf.issuer}\n${chain}`;
    if (this.#complete.has(key)) return undefined;
    const anchors = openValid(readAnchors() ?? "");
    if (anchors.length === 0) return undefined;
    const last = links.at(-1);
    const top = last ?? leaf;
    if (!anchors.some((anchor) => top.checkIssued(anchor) || isSameCertificate(top, anchor))) {
      if (last !== undefined && isSelfIssued(last)) {
        return `ends with "${nameOf(last)}", which is not in ca.pem`;
      }
      return `lacks the certificate of "${issuerOf(top)}", which issued ${
        last === undefined ? "it" : `"${nameOf(last)}"`
      }`;
    }
    this.#complete.add(key);
    return undefined;
  }
}

function openLine(chain: string): Line {
  const opened = openAll(chain);
  const links = opened.filter((link) => link !== undefined);
  if (hasCutOffCertificate(chain)) {
    return { links, damage: "contains a PEM certificate that is cut off" };
  }
  if (links.length < opened.length) {
    return { links, damage: "contains a PEM certificate that cannot be decoded" };
  }
  const problem = links.map((link, at) => {
    const next = links[at + 1];
    return next && gap(link, next, `"${nameOf(link)}"`);
  }).find((problem) => problem !== undefined);
  return { links, problem, end: firstEnd(links) };
}

/** Each distinct certificate of a text that can be decoded. */
export function openValid(text: string): X509Certificate[] {
  return openAll(text).filter((one) => one !== undefined);
}

/** Each distinct certificate of a text; `undefined` for one that cannot be decoded. */
function openAll(text: string): (X509Certificate | undefined)[] {
  return [...new Set(splitCertificates(text))].map((pem) => {
    try {
      return openCertificate(pem);
    } catch {
      return undefined;
    }
  });
}

function gap(link: X509Certificate, next: X509Certificate, name: string): string | undefined {
  if (link.checkIssued(next)) return undefined;
  return isSelfIssued(link)
    ? `has the certificate of "${nameOf(next)}" above the root ${name}`
    : `has the certificate of "${nameOf(next)}" in place of "${
      issuerOf(link)
    }", which issued ${name}`;
}

/** Roots do not count, because peers use their own copies. */
function firstEnd(links: readonly X509Certificate[]): ChainEnd | undefined {
  return links.filter((link) => !isSelfIssued(link))
    .map((link) => ({ name: nameOf(link), notAfter: new Date(link.validTo) }))
    .reduce<ChainEnd | undefined>(
      (first, end) => first !== undefined && first.notAfter <= end.notAfter ? first : end,
      undefined,
    );
}

export function isSelfIssued({ subject, issuer }: X509Certificate): boolean {
  return subject === issuer;
}

export function isSameCertificate(one: X509Certificate, other: X509Certificate): boolean {
  return one.fingerprint256 === other.fingerprint256;
}

function issuerOf(certificate: X509Certificate): string {
  return readFacts(certificate).issuer;
}

export function nameOf(certificate: X509Certificate): string {
  const { commonName, serial } = readFacts(certificate);
  return commonName ?? `serial number ${serial}`;
}
