/** Looks into files that are to be replaced, for what VCM does not write. Loaded only if there are any. */
import { createPrivateKey } from "node:crypto";
import { type Contents, idOfPrivate, readContents, tryOpen } from "../certificate/contents.ts";
import { findLoss, type KnownPairs, type Loss } from "../certificate/loss.ts";
import { keyBlock } from "../certificate/pem_form.ts";
import { splitCertificates } from "../certificate/pem.ts";
import { holdsKey, partsOf } from "../config/format.ts";
import type { CertificateSpec, Config, FileSpec } from "../config/types.ts";
import { ABSENT, observe, readText } from "../host/read.ts";
import { readRegularBytes } from "../host/regular_file.ts";
import { directoryOf } from "../text/path.ts";
import type { StoreLook } from "../store/read_set.ts";
import { listSets } from "../store/list_sets.ts";
import type { EncryptionOf } from "./password_file.ts";
import type { DirectoryCache } from "./target.ts";
import type { CertificateObservation, TargetObservation } from "./types.ts";

interface LossTools {
  readonly directories: DirectoryCache;
  readonly encryptionOf: EncryptionOf;
  /** Whether a target is looked into. */
  readonly mayLose: (target: TargetObservation) => boolean;
}

type Look = readonly [CertificateSpec, StoreLook];

/** @param looks Those of the certificates of which a target is looked into, by name. */
export async function withLosses(
  { certStore, certificates: specs }: Config,
  looks: ReadonlyMap<string, StoreLook>,
  certificates: readonly CertificateObservation[],
  tools: LossTools,
): Promise<CertificateObservation[]> {
  const sets = new StoredPairs(certStore);
  const found: CertificateObservation[] = [];
  for (const [at, observed] of certificates.entries()) {
    const [certificate, look] = [specs[at], looks.get(observed.name)];
    if (certificate === undefined || look === undefined) {
      found.push(observed);
      continue;
    }
    const targets: TargetObservation[] = [];
    for (const [number, target] of observed.targets.entries()) {
      const spec = certificate.targets[number];
      const isLooked = spec && spec.what !== "bundle" && tools.mayLose(target);
      targets.push(
        isLooked ? await withLoss(target, spec, [certificate, look], sets, tools) : target,
      );
    }
    found.push({ ...observed, targets });
  }
  return found;
}

async function withLoss(
  target: TargetObservation,
  spec: FileSpec,
  [certificate, { texts }]: Look,
  sets: StoredPairs,
  { directories, encryptionOf }: LossTools,
): Promise<TargetObservation> {
  if (target.kind !== "file" || target.file.kind !== "present") return target;
  const bytes = observe(spec.path, () => readRegularBytes(spec.path).bytes);
  if (bytes.kind !== "present") return target;
  const encryption = encryptionOf(spec);
  const password = encryption && "password" in encryption
    ? encryption.password.reveal()
    : undefined;
  const { name, commonName, dnsSans, uriSans } = certificate;
  const parts = partsOf(spec.what);
  const loss = findLoss(await contentsOf(bytes.value, password), {
    writesLeaf: parts.includes("cert") || parts.includes("fullchain"),
    writesKey: holdsKey(spec.what),
    alias: spec.alias ?? name,
    names: [commonName, ...dnsSans, ...uriSans],
    written: new Set(
      parts.flatMap((part) => {
        const text = part === "crl" ? ABSENT : texts[part];
        return text.kind === "present" ? fingerprintsOf(text.value) : [];
      }),
    ),
    known: () => sets.of(name),
    anonymous: directories.list(directoryOf(spec.path)).ancestors.isForeign,
  });
  return loss.things.length === 0 ? target : withFile(target, loss);
}

function withFile(target: TargetObservation, loss: Loss): TargetObservation {
  if (target.kind !== "file" || target.file.kind !== "present") return target;
  return { ...target, file: { kind: "present", value: { ...target.file.value, loss } } };
}

/** The structures of keystores are loaded only for a file that may be one. */
async function contentsOf(bytes: Uint8Array, password: string | undefined): Promise<Contents> {
  const isBinary = bytes[0] === 0x30 || bytes[0] === 0xfe || bytes[0] === 0xce;
  const keystore = isBinary && tryOpen(bytes) === undefined
    ? (await import("../certificate/keystore.ts")).readKeystore(bytes, password)
    : undefined;
  return keystore ?? readContents(bytes);
}

function fingerprintsOf(text: string): string[] {
  return splitCertificates(text).flatMap((pem) => tryOpen(pem)?.fingerprint256 ?? []);
}

/** Certificates and keys of all sets in the store and the archive, read once and only if necessary. */
class StoredPairs {
  readonly #certStore: string;
  #sets: readonly { readonly name: string; readonly pairs: KnownPairs }[] | undefined;

  constructor(certStore: string) {
    this.#certStore = certStore;
  }

  of(name: string): { readonly all: KnownPairs; readonly own: KnownPairs } {
    this.#sets ??= listSets(this.#certStore).map(({ name, directory }) => ({
      name,
      pairs: readPairs(directory),
    }));
    const own = this.#sets.filter((set) => set.name === name);
    return { all: unite(this.#sets), own: unite(own) };
  }
}

function unite(sets: readonly { readonly pairs: KnownPairs }[]): KnownPairs {
  return {
    certificates: new Set(sets.flatMap(({ pairs }) => [...pairs.certificates])),
    keys: new Set(sets.flatMap(({ pairs }) => [...pairs.keys])),
  };
}

function readPairs(directory: string): KnownPairs {
  const [cert, key] = (["cert", "privkey"] as const).map((part) => {
    const text = readText(`${directory}/${part}.pem`);
    return text.kind === "present" ? text.value : "";
  });
  const id = idOfPrivate(() => createPrivateKey(keyBlock(key ?? "") ?? ""));
  return {
    certificates: new Set(fingerprintsOf(cert ?? "")),
    keys: new Set(id === undefined ? [] : [id]),
  };
}
