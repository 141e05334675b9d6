/** Looks at one certificate's set of files in the store. */
import { openCertificate, parseCertificate } from "../certificate/certificate.ts";
import { matchKey } from "../certificate/key_match.ts";
import { splitCertificates } from "../certificate/pem.ts";
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
 *
 * Reads `chain.pem` and `fullchain.pem` only where a target takes them.
 */
export function observeStore(
  certStore: string,
  spec: CertificateSpec,
  listing: Presence<ReadonlySet<string>>,
): StoreLook {
  const { folder, interrupted } = currentFolder(certStore, spec.name, listing);
  const taken = new Set<What>(["cert", "privkey", ...spec.targets.map((target) => target.what)]);
  const read = (what: What) => taken.has(what) ? readFrom(folder, what) : ABSENT;
  const texts = {
    cert: read("cert"),
    privkey: read("privkey"),
    chain: read("chain"),
    fullchain: read("fullchain"),
  };
  const exposedKey = folder.kind === "present"
    ? exposedMode(`${folder.value}/privkey.pem`)
    : undefined;
  return {
    stored: judge(texts),
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

function judge(texts: StoreLook["texts"]): StoredSet {
  const leaf = present(texts.cert, judgeLeaf);
  const usable = leaf.kind === "present" && leaf.value.kind === "certificate";
  const certificate = texts.cert.kind === "present" ? texts.cert.value : "";
  return {
    leaf,
    key: present(texts.privkey, (key): KeyFact => usable ? matchKey(certificate, key) : "match"),
    chain: present(texts.chain, (): ChainFact => "usable"),
    fullchain: present(
      texts.fullchain,
      (text): ChainFact => !usable || beginsWith(text, certificate) ? "usable" : "other-leaf",
    ),
  };
}

function judgeLeaf(text: string): LeafFact {
  try {
    return { kind: "certificate", certificate: parseCertificate(text) };
  } catch (error) {
    return { kind: "unparsable", problem: (error as Error).message };
  }
}

/** Whether the first certificate of a fullchain is the leaf, however the two are wrapped. */
function beginsWith(fullchain: string, leaf: string): boolean {
  const [first] = splitCertificates(fullchain);
  if (first === undefined) return false;
  if (first === splitCertificates(leaf)[0]) return true;
  try {
    return openCertificate(first).fingerprint256 === openCertificate(leaf).fingerprint256;
  } catch {
    return false;
  }
}

function present<A, B>(presence: Presence<A>, judge: (value: A) => B): Presence<B> {
  return presence.kind === "present" ? { kind: "present", value: judge(presence.value) } : presence;
}
