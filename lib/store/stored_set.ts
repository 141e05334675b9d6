/** Facts of one set in the store, from the texts of its files. */
import type { X509Certificate } from "node:crypto";
import { type Certificate, openCertificate, readFacts } from "../certificate/certificate.ts";
import { keyTypeOf, matchKey } from "../certificate/keys.ts";
import type { KnownPaths } from "../certificate/chain_paths.ts";
import { issuerKeyOf, type PathFinder } from "../certificate/path_finder.ts";
import type { ChainEnd, ChainJudge } from "../certificate/stored_chain.ts";
import type { CertificateSpec } from "../config/types.ts";
import type { Part } from "../certificate/types.ts";
import type { ChainFact, KeyFact, LeafFact, StoredSet } from "./types.ts";
import type { Presence } from "../host/types.ts";

const END = "-----END CERTIFICATE-----";

/** Texts of a set; what was not read is absent. */
export type SetTexts = Readonly<Record<Part, Presence<string>>>;

/** Decides which facts are read. */
export type SetSpec = Pick<CertificateSpec, "otherSans" | "key">;

/** Shared by all sets of a run. */
export interface SetJudge {
  readonly chains: ChainJudge;
  readonly paths: PathFinder;
  /** Reads rare kinds of names; needed if the configuration asks for some. */
  readonly readOtherNames?: (leaf: X509Certificate) => readonly string[];
}

/** Reads a file of the set, whether or not a target needs it. */
export type ReadPart = (part: "chain" | "ca") => Presence<string>;

/** @param readPart Reads files that no target needs, to find paths to a root. */
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
    ...(chainEnd !== undefined && { chainEnd }),
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

/** Searches the chains that services read or, if there are none, `chain.pem` in the store. */
function findPaths(leaf: OpenLeaf, chains: ReadonlySet<string>, sources: PathSources): Paths {
  if (chains.size === 0) return findUntaken(leaf, sources);
  const { texts, judge, readCa } = sources;
  const paths: KnownPaths[] = [];
  let problem: string | undefined;
  for (const chain of chains) {
    // A `ca.pem` that is deployed must itself hold a valid root.
    const key = texts.ca.kind === "absent" ? `${leaf.x509.issuer}\n${chain}` : undefined;
    const known = key === undefined
      ? undefined
      : judge.paths.recall(key, leaf.certificate.notAfter);
    const found = known ? { paths: known } : findIn(leaf, key, chain, readCa(), judge);
    paths.push(found.paths);
    problem ??= found.pathsProblem;
  }
  // If a target needs `ca.pem` and it is unreadable, there is a blocker for it.
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

/** The leaf, parsed once. */
interface OpenLeaf {
  readonly text: string;
  readonly x509: X509Certificate;
  readonly certificate: Certificate;
  readonly keyType?: string;
}

/** The first certificate of a text, or the error of the parser. */
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
      ...(key.type !== undefined && { keyType: keyTypeOf(x509.publicKey) }),
    };
  } catch (error) {
    return error as Error;
  }
}

function describeLeaf(leaf: OpenLeaf | Error): LeafFact {
  if (leaf instanceof Error) return { kind: "unparsable", problem: leaf.message };
  const { certificate, keyType } = leaf;
  return { kind: "certificate", certificate, ...(keyType !== undefined && { keyType }) };
}

/**
 * The text after the leaf in a fullchain, however it is wrapped; `undefined` if it begins with another
 * certificate.
 */
function aboveLeaf(fullchain: string, leaf: OpenLeaf): string | undefined {
  const end = fullchain.indexOf(END) + END.length;
  const first = fullchain.slice(0, end);
  // The usual case, without parsing a certificate.
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
