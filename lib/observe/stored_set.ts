/** Judges the texts of one set in the store. */
import type { X509Certificate } from "node:crypto";
import { type Certificate, openCertificate, readFacts } from "../certificate/certificate.ts";
import { matchKey } from "../certificate/key_match.ts";
import { keyTypeOf } from "../certificate/key_type.ts";
import type { ChainEnd, ChainJudge } from "../certificate/stored_chain.ts";
import type { CertificateSpec, Part } from "../config/types.ts";
import type { ChainFact, KeyFact, LeafFact, Presence, StoredSet } from "../plan/types.ts";

const END = "-----END CERTIFICATE-----";

/** Texts of a set, each as far as it was looked at. */
export type SetTexts = Readonly<Record<Part, Presence<string>>>;

/** What decides which facts are read. */
export type SetWish = Pick<CertificateSpec, "otherSans" | "key">;

/** What sets are judged with. */
export interface SetJudge {
  readonly chains: ChainJudge;
  /** Reads names of rare kinds; needed where a wish has some. */
  readonly readOtherNames?: (leaf: X509Certificate) => readonly string[];
}

/** @param readAnchors Text of `ca.pem`; called only where a chain's top is not known yet. */
export function judgeSet(
  texts: SetTexts,
  wish: SetWish,
  judge: SetJudge,
  readAnchors: () => string | undefined,
): StoredSet {
  const opened = present(texts.cert, (text) => openLeaf(text, wish, judge));
  const leaf = opened.kind === "present" && !(opened.value instanceof Error)
    ? opened.value
    : undefined;
  const ends: ChainEnd[] = [];
  const judgeChain = (chain: string): ChainFact => {
    if (leaf === undefined) return "usable";
    const { problem, end } = judge.chains.judge(leaf.x509, chain, readAnchors);
    if (end !== undefined && end.notAfter < leaf.certificate.notAfter) ends.push(end);
    return problem === undefined ? "usable" : { kind: "incomplete", problem };
  };
  const set = {
    leaf: present(opened, describeLeaf),
    key: present(texts.privkey, (key): KeyFact => leaf ? matchKey(leaf.x509, key) : "match"),
    chain: present(texts.chain, judgeChain),
    fullchain: present(texts.fullchain, (text): ChainFact => {
      const chain = leaf ? aboveLeaf(text, leaf) : "";
      return chain === undefined ? "other-leaf" : judgeChain(chain);
    }),
    ca: present(texts.ca, () => "usable" as const),
  };
  const [chainEnd] = ends.toSorted((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
  return { ...set, ...(chainEnd === undefined ? {} : { chainEnd }) };
}

/** Opened once for all that is judged by it. */
interface OpenLeaf {
  readonly text: string;
  readonly x509: X509Certificate;
  readonly certificate: Certificate;
  readonly keyType?: string;
}

/** The first certificate of a text, or the Error that says why there is none. */
function openLeaf(
  text: string,
  { otherSans, key }: SetWish,
  { readOtherNames }: SetJudge,
): OpenLeaf | Error {
  try {
    const x509 = openCertificate(text);
    const otherNames = otherSans.length > 0 ? readOtherNames?.(x509) : undefined;
    return {
      text,
      x509,
      certificate: { ...readFacts(x509), ...(otherNames && { otherNames }) },
      ...(key.type === undefined ? {} : { keyType: keyTypeOf(x509.publicKey) }),
    };
  } catch (error) {
    return error as Error;
  }
}

function describeLeaf(leaf: OpenLeaf | Error): LeafFact {
  if (leaf instanceof Error) return { kind: "unparsable", problem: leaf.message };
  const { certificate, keyType } = leaf;
  return { kind: "certificate", certificate, ...(keyType === undefined ? {} : { keyType }) };
}

/**
 * What stands above the leaf in a fullchain, however the two are wrapped; `undefined` where it
 * begins with another certificate.
 */
function aboveLeaf(fullchain: string, leaf: OpenLeaf): string | undefined {
  const end = fullchain.indexOf(END) + END.length;
  const first = fullchain.slice(0, end);
  // The usual case, and no certificate has to be opened for it.
  if (first === leaf.text.trimEnd()) return fullchain.slice(end);
  try {
    const { fingerprint256 } = openCertificate(first);
    return fingerprint256 === leaf.certificate.fingerprint ? fullchain.slice(end) : undefined;
  } catch {
    return undefined;
  }
}

function present<A, B>(presence: Presence<A>, judge: (value: A) => B): Presence<B> {
  return presence.kind === "present" ? { kind: "present", value: judge(presence.value) } : presence;
}
