/**
 * Whether the chain of a stored set is complete, and when it expires. Several CAs may have issued one
 * certificate; one path is enough. It compares only names and key identifiers, which is cheap;
 * signatures are verified at issue (chain.ts).
 */
import { Buffer } from "node:buffer";
import type { X509Certificate } from "node:crypto";
import { isVerifiedReliably } from "./algorithms.ts";
import { openCertificate, readFacts } from "./certificate.ts";
import { hasCutOffCertificate, splitCertificates } from "./pem.ts";

/**
 * The certificate that expires first on the path of a chain that lasts longest; or one that has ended on
 * any path.
 */
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
  readonly links: readonly X509Certificate[];
  readonly damage?: string;
  /** The places of those that issued no earlier one, and so must have issued the leaf. */
  readonly lowest: readonly number[];
  /** The first certificate to expire, on whichever path; roots do not count. */
  readonly end?: ChainEnd | undefined;
}

/** Checks chains and caches them, because many certificates of a host have the same chain. */
export class ChainChecker {
  readonly #lines = new Map<string, Line>();
  readonly #complete = new Set<string>();
  readonly #ends = new Map<string, ChainEnd | undefined>();
  readonly #now: Date;

  constructor(now: Date) {
    this.#now = now;
  }

  /**
   * @param chain PEM of the CAs above the leaf, each after one that it issued. Roots and repetitions are
   *   allowed.
   * @param readAnchors Reads PEM of the trust anchors. One of them must be the last certificate of a path
   *   or its issuer. It is called only if the result is not cached; without anchors the top is not
   *   checked.
   */
  check(
    leaf: X509Certificate,
    chain: string,
    readAnchors: () => string | undefined,
  ): CheckedChain {
    const line = this.#line(chain);
    const key = `${leaf.issuer}\n${chain}`;
    const problem = line.damage ?? openGap(leaf, line) ??
      this.#openTop(leaf, key, line, readAnchors);
    if (problem !== undefined) return { problem };
    // Some clients refuse a chain with an ended certificate although another path is valid; a new
    // chain leaves it out.
    const hasEnded = (end: ChainEnd) => end.notAfter <= this.#now;
    if (
      line.end === undefined || hasEnded(line.end) || line.end.notAfter >= new Date(leaf.validTo)
    ) {
      return { end: line.end };
    }
    const ca = readAnchors() ?? "";
    const endKey = `${key}\n${ca}`;
    if (!this.#ends.has(endKey)) this.#ends.set(endKey, lastEnd(leaf, line.links, openValid(ca)));
    return { end: this.#ends.get(endKey) };
  }

  #line(chain: string): Line {
    const line = this.#lines.get(chain) ?? openLine(chain);
    this.#lines.set(chain, line);
    return line;
  }

  /** What is missing at the top. Only success is cached: another set's `ca.pem` may differ. */
  #openTop(
    leaf: X509Certificate,
    key: string,
    { links }: Line,
    readAnchors: () => string | undefined,
  ): string | undefined {
    if (this.#complete.has(key)) return undefined;
    const anchors = openValid(readAnchors() ?? "");
    if (anchors.length === 0) return undefined;
    const last = links.at(-1);
    const top = last ?? leaf;
    if (![leaf, ...links].some((one) => isAnchored(one, links, anchors))) {
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
    return { links, lowest: [], damage: "contains a PEM certificate that is cut off" };
  }
  if (links.length < opened.length) {
    return { links, lowest: [], damage: "contains a PEM certificate that cannot be decoded" };
  }
  const lowest = links.flatMap((link, at) =>
    links.slice(0, at).some((lower) => lower.checkIssued(link)) ? [] : at
  );
  return { links, lowest, end: endsOf(links)[0]?.end };
}

/** The first certificate that issued none of those below it. */
function openGap(leaf: X509Certificate, { links, lowest }: Line): string | undefined {
  const at = lowest.find((at) => !leaf.checkIssued(links[at] ?? leaf));
  const [link, below] = at === undefined ? [] : [links[at], links[at - 1]];
  if (link === undefined) return undefined;
  if (below !== undefined && isSelfIssued(below)) {
    return `has the certificate of "${nameOf(link)}" above the root "${nameOf(below)}"`;
  }
  const issued = below === undefined ? "it" : `"${nameOf(below)}"`;
  return `has the certificate of "${nameOf(link)}" in place of "${
    issuerOf(below ?? leaf)
  }", which issued ${issued}`;
}

/** Whether a path ends here, at an anchor. A root also ends one that goes on, by a cross-signed CA. */
function isAnchored(
  one: X509Certificate,
  links: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
): boolean {
  // CAs that signed each other have no top.
  const isTop = one === links.at(-1) || issuersOf(one, links).length === 0;
  return anchors.some((anchor) =>
    one.checkIssued(anchor)
      ? isTop || isSelfSigned(anchor)
      : isTop && isSameCertificate(one, anchor)
  );
}

function issuersOf(one: X509Certificate, links: readonly X509Certificate[]): X509Certificate[] {
  return links.filter((link) => link !== one && one.checkIssued(link));
}

/** When the last path ends: what ends first is left out as long as another path is there. */
function lastEnd(
  leaf: X509Certificate,
  links: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
): ChainEnd | undefined {
  const above = new Map([leaf, ...links].map((one) => [one, issuersOf(one, links)]));
  const roots = anchors.filter(isSelfSigned);
  const isEnd = (one: X509Certificate) =>
    isSelfSigned(one) || above.get(one)?.length === 0 ||
    roots.some((root) => one.checkIssued(root));
  const leads = (without: ReadonlySet<string>) => {
    const found = new Set([leaf]);
    for (const one of found) {
      if (isEnd(one)) return true;
      const next = (above.get(one) ?? []).filter((link) => !without.has(link.fingerprint256));
      for (const link of next) found.add(link);
    }
    return false;
  };
  const without = new Set<string>();
  return endsOf(links).find(({ fingerprint }) => !leads(without.add(fingerprint)))?.end;
}

/** The first to expire first. Roots do not count, because peers use their own copies. */
function endsOf(links: readonly X509Certificate[]) {
  return links.filter((link) => !isSelfSigned(link))
    .map((link) => ({
      end: { name: nameOf(link), notAfter: new Date(link.validTo) },
      fingerprint: link.fingerprint256,
    }))
    .sort((a, b) => a.end.notAfter.getTime() - b.end.notAfter.getTime());
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

export function isSelfIssued({ subject, issuer }: X509Certificate): boolean {
  return subject === issuer;
}

/** `authorityKeyIdentifier` (RFC 5280, 4.2.1.1): OID 2.5.29.35 and the tag of its octet string. */
const KEY_ID = Buffer.from("0603551d2304", "hex");

/** The value of that extension, in hexadecimal. */
export function authorityKeyId({ raw }: Pick<X509Certificate, "raw">): string | undefined {
  const at = raw.indexOf(KEY_ID);
  const begin = at + KEY_ID.length + 1;
  const length = raw[begin - 1] ?? 0;
  return at < 0 ? undefined : raw.toString("hex", begin, begin + length);
}

/** Whether its own key signed it. A CA that was cross-signed may have the name of its issuer, too. */
export function isSelfSigned(one: X509Certificate): boolean {
  if (!isSelfIssued(one)) return false;
  if (authorityKeyId(one) !== undefined) return one.checkIssued(one);
  try {
    return one.verify(one.publicKey) || !isVerifiedReliably(one.raw);
  } catch {
    return true;
  }
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
