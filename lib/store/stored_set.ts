/** Facts of one set in the store, from the texts of its files. */
import type { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { type Certificate, openCertificate, readFacts } from "../certificate/certificate.ts";
import { certificateKeyType, holdsPublicPoint, proveKey } from "../certificate/keys.ts";
import { isOneSequence } from "../certificate/pem_form.ts";
import { readPlainPem } from "../certificate/plain_certificate.ts";
import type { KnownPaths } from "../certificate/chain_paths.ts";
import { issuerKeyOf, type PathFinder } from "../certificate/path_finder.ts";
import type { ChainChecker, ChainEnd } from "../certificate/stored_chain.ts";
import type { CertificateSpec } from "../config/types.ts";
import type { Part } from "../certificate/types.ts";
import { algorithmWeakness } from "../certificate/weakness.ts";
import type { ChainFact, KeyFact, LeafFact, StoredSet } from "./types.ts";
import type { Presence } from "../host/types.ts";

const END = "-----END CERTIFICATE-----";

/** Texts of a set; what was not read is absent. */
export type SetTexts = Readonly<Record<Part, Presence<string>>>;

/** What is wrong with files that programs do not load, to follow the name of the file. */
export type SetDamage = Readonly<Partial<Record<Part, string>>>;

/** Decides which facts are read. */
type SetSpec = Pick<CertificateSpec, "otherSans" | "key">;

/** Shared by all sets of a run. */
export interface SetCheckers {
  readonly chains: ChainChecker;
  readonly paths: PathFinder;
  /** Reads rare kinds of names; needed if the configuration asks for some. */
  readonly readOtherNames?: ((leaf: X509Certificate) => readonly string[]) | undefined;
}

/** Reads a file of the set, whether or not a target needs it. */
type ReadPart = (part: "chain" | "ca") => Presence<string>;

/**
 * @param readPart Reads files that no target needs, to find paths to a root.
 * @param damage What is wrong with files that programs do not load.
 */
export function checkSet(
  texts: SetTexts,
  desired: SetSpec,
  checkers: SetCheckers,
  readPart: ReadPart,
  damage: SetDamage = {},
): StoredSet {
  const opened = present(texts.cert, (text) => openLeaf(text, desired, checkers, damage.cert));
  const leaf = opened.kind === "present" && !(opened.value instanceof Error)
    ? opened.value
    : undefined;
  const ends: ChainEnd[] = [];
  const chains = new Set<string>();
  let read: Presence<string> | undefined;
  const readCa = () => read ??= texts.ca.kind === "absent" ? readPart("ca") : texts.ca;
  const checkChain = (chain: string, damage?: string): ChainFact => {
    if (damage !== undefined) return { kind: "damaged", problem: damage };
    if (leaf === undefined) return "usable";
    chains.add(chain);
    const { problem, end } = checkers.chains.check(leaf.x509(), chain, () => valueOf(readCa()));
    if (end !== undefined && end.notAfter < leaf.certificate.notAfter) ends.push(end);
    return problem === undefined ? "usable" : { kind: "incomplete", problem };
  };
  const set = {
    leaf: present(opened, describeLeaf),
    key: present(texts.privkey, (key): KeyFact => {
      if (damage.privkey !== undefined) return "unparsable";
      return leaf ? matchStored(leaf, key) : "match";
    }),
    chain: present(texts.chain, (chain) => checkChain(chain, damage.chain)),
    fullchain: present(texts.fullchain, (text): ChainFact => {
      const chain = leaf ? aboveLeaf(text, leaf) : "";
      return chain === undefined ? "other-leaf" : checkChain(chain, damage.fullchain);
    }),
    ca: present(
      texts.ca,
      (): ChainFact => damage.ca === undefined ? "usable" : { kind: "damaged", problem: damage.ca },
    ),
  };
  const [chainEnd] = ends.toSorted((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
  const paths = leaf && findPaths(leaf, chains, { texts, checkers, readPart, readCa });
  const weakness = leaf && !leaf.isPlain ? algorithmWeakness(leaf.x509(), "it") : undefined;
  return { ...set, chainEnd, ...paths, weakness };
}

interface PathSources {
  readonly texts: SetTexts;
  readonly checkers: SetCheckers;
  readonly readPart: ReadPart;
  readonly readCa: () => Presence<string>;
}

/** Searches the chains that services read or, if there are none, `chain.pem` in the store. */
function findPaths(
  leaf: OpenLeaf,
  chains: ReadonlySet<string>,
  { texts, checkers, readPart, readCa }: PathSources,
): Pick<StoredSet, "paths" | "pathsProblem"> {
  const { certificate: { notAfter } } = leaf;
  const find = (pathsKey: string | undefined, readChain: () => Presence<string>): FoundPaths => {
    // A `ca.pem` that is deployed must itself hold a valid root.
    const key = texts.ca.kind === "absent" ? pathsKey : undefined;
    const known = key === undefined ? undefined : checkers.paths.recall(key, notAfter);
    if (known !== undefined) return { paths: known };
    const [chain, ca] = [readChain(), readCa()];
    const { paths, caProblem } = checkers.paths.find(
      key,
      leaf.x509(),
      valueOf(chain) ?? "",
      valueOf(ca),
    );
    return { paths, problem: problemOf(chain) ?? problemOf(ca) ?? caProblem };
  };
  if (chains.size === 0) {
    const { paths, problem } = find(issuerKeyOf(leaf), () => readPart("chain"));
    return { paths: [paths], pathsProblem: problem };
  }
  const found = [...chains].map((chain) =>
    find(`${leaf.issuer}\n${chain}`, () => ({ kind: "present", value: chain }))
  );
  const problem = found.find(({ problem }) => problem !== undefined)?.problem;
  return {
    paths: found.map(({ paths }) => paths),
    // If a target needs `ca.pem` and it is unreadable, there is a blocker for it.
    pathsProblem: texts.ca.kind === "unreadable" ? undefined : problem,
  };
}

interface FoundPaths {
  readonly paths: KnownPaths;
  readonly problem?: string | undefined;
}

function problemOf(presence: Presence<string>): string | undefined {
  return presence.kind === "unreadable" ? presence.problem : undefined;
}

function valueOf(presence: Presence<string>): string | undefined {
  return presence.kind === "present" ? presence.value : undefined;
}

/** The leaf, parsed once. */
interface OpenLeaf {
  readonly text: string;
  readonly raw: Buffer;
  /** The whole name of its issuer, only to be compared with others. */
  readonly issuer: string;
  /** Opens it for the runtime, which takes time and memory. */
  readonly x509: () => X509Certificate;
  /** Whether it is read without the runtime; its key is then not weak. */
  readonly isPlain: boolean;
  readonly certificate: Certificate;
  readonly keyType: string | undefined;
}

/** What the runtime cannot compare was accepted when it was issued. */
function matchStored({ raw, x509 }: OpenLeaf, key: string): KeyFact {
  if (holdsPublicPoint(raw, key)) return "match";
  const match = proveKey(x509(), key);
  return match === "unverified" ? "match" : match;
}

/** The first certificate of a text, or the error of the parser. */
function openLeaf(
  text: string,
  { otherSans, key }: SetSpec,
  { readOtherNames }: SetCheckers,
  damage: string | undefined,
): OpenLeaf | Error {
  try {
    const plain = damage === undefined ? readPlainPem(text) : undefined;
    let opened = plain === undefined ? openCertificate(text) : undefined;
    const x509 = () => opened ??= plain ? new X509Certificate(plain.der) : openCertificate(text);
    if (damage !== undefined) return new Error(damage);
    const raw = plain?.der ?? x509().raw;
    if (plain === undefined && !isOneSequence(raw)) {
      return new Error("contains a PEM certificate with more bytes than its own");
    }
    const otherNames = otherSans.length > 0 ? readOtherNames?.(x509()) : undefined;
    const certificate = plain?.certificate ?? readFacts(x509());
    return {
      text,
      raw,
      issuer: plain?.issuerName ?? x509().issuer,
      x509,
      isPlain: plain !== undefined,
      certificate: otherNames === undefined ? certificate : { ...certificate, otherNames },
      keyType: key.type === undefined ? undefined : certificateKeyType(x509()),
    };
  } catch (error) {
    return error as Error;
  }
}

function describeLeaf(leaf: OpenLeaf | Error): LeafFact {
  if (leaf instanceof Error) return { kind: "unparsable", problem: leaf.message };
  return { kind: "certificate", certificate: leaf.certificate, keyType: leaf.keyType };
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

function present<A, B>(presence: Presence<A>, convert: (value: A) => B): Presence<B> {
  return presence.kind === "present"
    ? { kind: "present", value: convert(presence.value) }
    : presence;
}
