/** Looks at one certificate's set of files in the store. */
import type { X509Certificate } from "node:crypto";
import { type Certificate, openCertificate, readFacts } from "../certificate/certificate.ts";
import { matchKey } from "../certificate/key_match.ts";
import { retiredFolder, stagedFolder, storedFolder } from "../config/store_paths.ts";
import type { CertificateSpec, What } from "../config/types.ts";
import type { ChainFact, KeyFact, LeafFact, Presence, StoredSet } from "../plan/types.ts";
import { ABSENT, readInfo, readText } from "./read.ts";

/** The stored set, judged, and the texts that targets are compared with. */
export interface StoreLook {
  readonly stored: StoredSet;
  readonly interrupted: boolean;
  /** Permission bits of the private key, where they let every user at it. */
  readonly exposedKey?: number;
  readonly texts: Readonly<Record<What, Presence<string>>>;
}

/**
 * @param listing Names of all that lies in the store.
 * @param readOtherNames Reads names of rare kinds; needed where the wish has some.
 *
 * Reads `chain.pem`, `fullchain.pem` and `ca.pem` only where a target takes them.
 */
export function observeStore(
  certStore: string,
  spec: CertificateSpec,
  listing: Presence<ReadonlySet<string>>,
  readOtherNames?: (leaf: X509Certificate) => readonly string[],
): StoreLook {
  const { folder, interrupted } = currentFolder(certStore, spec.name, listing);
  const taken = new Set<What>(["cert", "privkey", ...spec.targets.map((target) => target.what)]);
  const read = (what: What) => taken.has(what) ? readFrom(folder, what) : ABSENT;
  const texts = {
    cert: read("cert"),
    privkey: read("privkey"),
    chain: read("chain"),
    fullchain: read("fullchain"),
    ca: read("ca"),
  };
  const exposedKey = folder.kind === "present"
    ? exposedMode(`${folder.value}/privkey.pem`)
    : undefined;
  return {
    stored: judge(texts, spec.otherSans.length > 0 ? readOtherNames : undefined),
    interrupted,
    ...(exposedKey === undefined ? {} : { exposedKey }),
    texts,
  };
}

function exposedMode(path: string): number | undefined {
  const info = readInfo(path);
  const mode = info.kind === "present" && info.value.isFile ? (info.value.mode ?? 0) & 0o7777 : 0;
  return (mode & 0o007) === 0 ? undefined : mode;
}

function readFrom(folder: Presence<string>, what: What): Presence<string> {
  return folder.kind === "present" ? readText(`${folder.value}/${what}.pem`) : folder;
}

/**
 * Where the valid set lies. Between the two renames of a switch it is the staged folder: the old
 * set has stepped aside, which happens only once the new one is whole.
 */
function currentFolder(
  certStore: string,
  name: string,
  listing: Presence<ReadonlySet<string>>,
): { folder: Presence<string>; interrupted: boolean } {
  if (listing.kind !== "present") return { folder: listing, interrupted: false };
  const lies = (folder: string) => listing.value.has(folder.slice(certStore.length + 1));
  const staged = lies(stagedFolder(certStore, name));
  const retired = lies(retiredFolder(certStore, name));
  const interrupted = staged || retired;
  if (lies(storedFolder(certStore, name))) {
    return { folder: { kind: "present", value: storedFolder(certStore, name) }, interrupted };
  }
  if (!retired) return { folder: ABSENT, interrupted };
  const folder = staged ? stagedFolder(certStore, name) : retiredFolder(certStore, name);
  return { folder: { kind: "present", value: folder }, interrupted };
}

function judge(
  texts: StoreLook["texts"],
  readOtherNames: ((leaf: X509Certificate) => readonly string[]) | undefined,
): StoredSet {
  const opened = present(texts.cert, (text) => openLeaf(text, readOtherNames));
  const leaf = opened.kind === "present" && !(opened.value instanceof Error)
    ? opened.value
    : undefined;
  return {
    leaf: present(opened, describeLeaf),
    key: present(texts.privkey, (key): KeyFact => leaf ? matchKey(leaf.x509, key) : "match"),
    chain: present(texts.chain, (): ChainFact => "usable"),
    ca: present(texts.ca, (): ChainFact => "usable"),
    fullchain: present(
      texts.fullchain,
      (text): ChainFact => !leaf || beginsWith(text, leaf) ? "usable" : "other-leaf",
    ),
  };
}

/** Opened once for all that is judged by it. */
interface OpenLeaf {
  readonly x509: X509Certificate;
  readonly certificate: Certificate;
}

/** The first certificate of a text, or the Error that says why there is none. */
function openLeaf(
  text: string,
  readOtherNames?: (leaf: X509Certificate) => readonly string[],
): OpenLeaf | Error {
  try {
    const x509 = openCertificate(text);
    const otherNames = readOtherNames?.(x509);
    return { x509, certificate: { ...readFacts(x509), ...(otherNames && { otherNames }) } };
  } catch (error) {
    return error as Error;
  }
}

function describeLeaf(leaf: OpenLeaf | Error): LeafFact {
  return leaf instanceof Error
    ? { kind: "unparsable", problem: leaf.message }
    : { kind: "certificate", certificate: leaf.certificate };
}

/** Whether the first certificate of a fullchain is the leaf, however the two are wrapped. */
function beginsWith(fullchain: string, leaf: OpenLeaf): boolean {
  const first = openLeaf(fullchain);
  return !(first instanceof Error) &&
    first.certificate.fingerprint === leaf.certificate.fingerprint;
}

function present<A, B>(presence: Presence<A>, judge: (value: A) => B): Presence<B> {
  return presence.kind === "present" ? { kind: "present", value: judge(presence.value) } : presence;
}
