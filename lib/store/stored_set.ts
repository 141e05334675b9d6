/** Judges the texts of one set in the store. */
import type { X509Certificate } from "node:crypto";
import { type Certificate, openCertificate, readFacts } from "../certificate/certificate.ts";
import { matchKey } from "../certificate/key_match.ts";
import { keyTypeOf } from "../certificate/key_type.ts";
import type { KnownPaths } from "../certificate/chain_paths.ts";
import { issuerKeyOf, type PathFinder } from "../certificate/path_finder.ts";
import type { ChainEnd, ChainJudge } from "../certificate/stored_chain.ts";
import type { CertificateSpec } from "../config/types.ts";
import type { Part } from "../certificate/types.ts";
import type { ChainFact, KeyFact, LeafFact, StoredSet } from "./types.ts";
import type { Presence } from "../host/types.ts";

const END = "-----END CERTIFICATE-----";

/** Texts of a set, each as far as it was looked at. */
export type SetTexts = Readonly<Record<Part, Presence<string>>>;

/** What decides which facts are read. */
export type SetSpec = Pick<CertificateSpec, "otherSans" | "key">;

/** What sets are judged with. */
export interface SetJudge {
  readonly chains: ChainJudge;
  readonly paths: PathFinder;
  /** Reads names of rare kinds; needed where a wish has some. */
  readonly readOtherNames?: (leaf: X509Certificate) => readonly string[];
}

/** Reads a file of the set, whether or not a target takes it. */
export type ReadPart = (part: "chain" | "ca") => Presence<string>;

/** @param readPart Reads what no target takes, and the paths to the root are judged by. */
export function judgeSet(
  texts: SetTexts,
  desired: SetSpec,
  judge: SetJudge,
  readPart: ReadPart,
): StoredSet {
  const opened = present(texts.cert, (text) => openLeaf(text, desired, judge));
  const leaf = opened.kind === "present" && !(opened.value instanceof Error)
    ? opened.value
    : undefined;
  const ends: ChainEnd[] = [];
  const chains = new Set<string>();
  let read: Presence<string> | undefined;
  const readCa = () => read ??= texts.ca.kind === "absent" ? readPart("ca") : texts.ca;
  const judgeChain = (chain: string): ChainFact => {
    if (leaf === undefined) return "usable";
    chains.add(chain);
    const { problem, end } = judge.chains.judge(leaf.x509, chain, () => valueOf(readCa()));
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
  return {
    ...set,
    ...(chainEnd === undefined ? {} : { chainEnd }),
    ...(leaf && findPaths(leaf, chains, { texts, judge, readPart, readCa })),
  };
}

interface PathSources {
  readonly texts: SetTexts;
  readonly judge: SetJudge;
  readonly readPart: ReadPart;
  readonly readCa: () => Presence<string>;
}

type Paths = Pick<StoredSet, "paths" | "pathsProblem">;

/** In the chains that services read or, if they take none from the store, in its `chain.pem`. */
function findPaths(leaf: OpenLeaf, chains: ReadonlySet<string>, sources: PathSources): Paths {
  if (chains.size === 0) return findUntaken(leaf, sources);
  const { texts, judge, readCa } = sources;
  const paths: KnownPaths[] = [];
  let problem: string | undefined;
  for (const chain of chains) {
    // A `ca.pem` that is deployed has to hold a valid root itself.
    const key = texts.ca.kind === "absent" ? `${leaf.x509.issuer}\n${chain}` : undefined;
    const known = key === undefined
      ? undefined
      : judge.paths.recall(key, leaf.certificate.notAfter);
    const found = known ? { paths: known } : findIn(leaf, key, chain, readCa(), judge);
    paths.push(found.paths);
    problem ??= found.pathsProblem;
  }
  // If a target takes it and it is unreadable, that is a blocker of its own.
  if (texts.ca.kind === "unreadable") return { paths };
  return { paths, ...(problem !== undefined && { pathsProblem: problem }) };
}

function findUntaken(leaf: OpenLeaf, { texts, judge, readPart, readCa }: PathSources): Paths {
  const key = texts.ca.kind === "absent" ? issuerKeyOf(leaf.x509) : undefined;
  const known = key === undefined ? undefined : judge.paths.recall(key, leaf.certificate.notAfter);
  if (known !== undefined) return { paths: [known] };
  const chain = readPart("chain");
  const found = findIn(leaf, key, valueOf(chain) ?? "", readCa(), judge);
  const problem = chain.kind === "unreadable" ? chain.problem : found.pathsProblem;
  return { paths: [found.paths], ...(problem !== undefined && { pathsProblem: problem }) };
}

function findIn(
  leaf: OpenLeaf,
  key: string | undefined,
  chain: string,
  ca: Presence<string>,
  judge: SetJudge,
): { readonly paths: KnownPaths; readonly pathsProblem?: string } {
  const { paths, caProblem } = judge.paths.find(key, leaf.x509, chain, valueOf(ca));
  const problem = ca.kind === "unreadable" ? ca.problem : caProblem;
  return { paths, ...(problem !== undefined && { pathsProblem: problem }) };
}

function valueOf(presence: Presence<string>): string | undefined {
  return presence.kind === "present" ? presence.value : undefined;
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
  { otherSans, key }: SetSpec,
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
