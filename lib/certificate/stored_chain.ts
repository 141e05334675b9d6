/**
 * Whether a chain leads from its leaf upwards, and when it ends. Judged by names alone, which costs
 * little; signatures are proved when a certificate is issued (chain.ts).
 */
import type { X509Certificate } from "node:crypto";
import { openCertificate, readFacts } from "./certificate.ts";
import { splitCertificates } from "./pem.ts";

const BEGIN = "-----BEGIN CERTIFICATE-----";

/** The certificate of a chain that ends first. */
export interface ChainEnd {
  /** Its common name. */
  readonly name: string;
  readonly notAfter: Date;
}

export interface ChainVerdict {
  /** What is wrong with the chain, to stand behind its file's name. */
  readonly problem?: string;
  /** Absent where there are no intermediates, or where there is a problem. */
  readonly end?: ChainEnd;
}

/** What a chain is above its leaf. */
interface Line {
  /** The leaf's issuer first. */
  readonly links: readonly X509Certificate[];
  readonly damage?: string;
  /** What is wrong among the links. */
  readonly problem?: string;
  readonly end?: ChainEnd;
}

/** Judges chains, and remembers them: those of many certificates of a host are the same text. */
export class ChainJudge {
  readonly #lines = new Map<string, Line>();
  readonly #complete = new Set<string>();

  /**
   * @param chain PEM of what stands above the leaf. A root at its end is no fault, and neither is a
   *   repetition.
   * @param readAnchors Reads PEM of the authorities one of which has to be the chain's last
   *   certificate, or to have issued it; called only where that is not known yet. Where there are
   *   none, the top is not judged.
   */
  judge(
    leaf: X509Certificate,
    chain: string,
    readAnchors: () => string | undefined,
  ): ChainVerdict {
    const line = this.#line(chain);
    const [first] = line.links;
    const problem = line.damage ?? (first && gap(leaf, first, "it")) ?? line.problem ??
      this.#openTop(leaf, chain, line, readAnchors);
    if (problem !== undefined) return { problem };
    return line.end === undefined ? {} : { end: line.end };
  }

  #line(chain: string): Line {
    let line = this.#lines.get(chain);
    if (line === undefined) {
      line = openLine(chain);
      this.#lines.set(chain, line);
    }
    return line;
  }

  /** What is missing at the top. Only a yes is remembered: another set's `ca.pem` may differ. */
  #openTop(
    leaf: X509Certificate,
    chain: string,
    { links }: Line,
    readAnchors: () => string | undefined,
  ): string | undefined {
    const key = `${leaf.issuer}\n${chain}`;
    if (this.#complete.has(key)) return undefined;
    const anchors = openAll(readAnchors() ?? "").filter((anchor) => anchor !== undefined);
    if (anchors.length === 0) return undefined;
    const last = links.at(-1);
    const top = last ?? leaf;
    if (!anchors.some((anchor) => top.checkIssued(anchor) || isSame(top, anchor))) {
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
  if (chain.split(BEGIN).length - 1 > splitCertificates(chain).length) {
    return { links, damage: "holds a PEM certificate that is cut off" };
  }
  if (links.length < opened.length) {
    return { links, damage: "holds a PEM certificate that cannot be decoded" };
  }
  const problem = links.map((link, at) => {
    const next = links[at + 1];
    return next && gap(link, next, `"${nameOf(link)}"`);
  }).find((problem) => problem !== undefined);
  const end = firstEnd(links);
  return {
    links,
    ...(problem === undefined ? {} : { problem }),
    ...(end === undefined ? {} : { end }),
  };
}

/** Each certificate of a text once; `undefined` for one that cannot be decoded. */
export function openAll(text: string): (X509Certificate | undefined)[] {
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

/** Peers have roots of their own, and the end of one that came along does not count. */
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

export function isSame(one: X509Certificate, other: X509Certificate): boolean {
  return one.fingerprint256 === other.fingerprint256;
}

function issuerOf(certificate: X509Certificate): string {
  return readFacts(certificate).issuer;
}

export function nameOf(certificate: X509Certificate): string {
  const { commonName } = readFacts(certificate);
  return commonName ?? `serial number ${readFacts(certificate).serial}`;
}
