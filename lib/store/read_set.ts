/**
 * Looks at the sets of files in the store. Nothing is locked, and a run may switch a set at the same
 * time (apply/store.ts): what is seen is one whole set, the old one or the new one. A fault is
 * believed only when it is seen twice in directories that stayed.
 */
import type { X509Certificate } from "node:crypto";
import { PathFinder } from "../certificate/path_finder.ts";
import { ChainJudge } from "../certificate/stored_chain.ts";
import { partsOf } from "../config/format.ts";
import {
  pendingValidationFile,
  retiredDirectory,
  stagedDirectory,
  storedDirectory,
} from "./store_paths.ts";
import type { CertificateSpec } from "../config/types.ts";
import type { Part } from "../certificate/types.ts";
import type { Presence } from "../host/types.ts";
import type { Replaced, StoredSet } from "./types.ts";
import { parsePendingValidation } from "./pending_validation_text.ts";
import { ABSENT, readDirectory, readInfo, readText } from "../host/read.ts";
import { judgeSet, type SetJudge, type SetTexts } from "./stored_set.ts";

/** How often a set is looked at that changes all the time; then the last look counts. */
const TRIES = 1000;

/** The stored set, judged, and the texts that targets are compared with. */
export interface StoreLook {
  readonly stored: StoredSet;
  readonly interrupted: boolean;
  /** Permission bits of the private key, where they let every user at it. */
  readonly exposedKey?: number;
  readonly texts: SetTexts;
}

/** What lies where a set can lie: `""` for nothing, else what tells one directory from another. */
interface Places {
  readonly current: string;
  readonly retired: string;
  readonly staged: string;
}

/** The store, as one run looks at it. */
export class StoreReader {
  readonly #certStore: string;
  readonly #listing: Presence<ReadonlySet<string>>;
  readonly #judge: SetJudge;

  /** @param readOtherNames Reads names of rare kinds; needed where a wish has some. */
  constructor(
    certStore: string,
    readOtherNames?: (leaf: X509Certificate) => readonly string[],
    now = new Date(),
  ) {
    this.#certStore = certStore;
    this.#listing = readDirectory(certStore);
    this.#judge = {
      chains: new ChainJudge(),
      paths: new PathFinder(now),
      ...(readOtherNames && { readOtherNames }),
    };
  }

  /**
   * Looks at one certificate's set. Reads `chain.pem`, `fullchain.pem` and `ca.pem` only if a target
   * takes them, `chain.pem` also if there is no target (services then read the store), and both
   * `chain.pem` and `ca.pem` also if no path to a root is known yet that is valid as long as the
   * certificate.
   */
  look(spec: CertificateSpec): StoreLook {
    if (this.#listing.kind !== "present") return this.#lookInto(this.#listing, spec, false);
    return this.#lookQuickly(spec, this.#listing.value) ?? this.#lookCarefully(spec);
  }

  /** What a run replaced, and services have yet to judge. */
  pendingValidation(name: string): Replaced[] {
    const path = pendingValidationFile(this.#certStore, name);
    const noted = this.#listing.kind === "present" &&
      this.#listing.value.has(path.slice(this.#certStore.length + 1));
    const text = noted ? readText(path) : ABSENT;
    return text.kind === "present" ? parsePendingValidation(text.value) : [];
  }

  /** The usual case: one directory, and what was read in it fits together, so that it is of one set. */
  #lookQuickly(spec: CertificateSpec, listing: ReadonlySet<string>): StoreLook | undefined {
    const lies = (path: string) => listing.has(path.slice(this.#certStore.length + 1));
    const directory = storedDirectory(this.#certStore, spec.name);
    const others = [
      retiredDirectory(this.#certStore, spec.name),
      stagedDirectory(this.#certStore, spec.name),
    ];
    if (!lies(directory) || others.some(lies)) return undefined;
    const look = this.#lookInto({ kind: "present", value: directory }, spec, false);
    return isSound(look, spec) ? look : undefined;
  }

  #lookCarefully(spec: CertificateSpec): StoreLook {
    let { look, cleared, sure } = this.#lookOnce(spec);
    for (let tries = 1; tries < TRIES && !sure; tries++) {
      const next = this.#lookOnce(spec);
      if (cleared && next.cleared && isSame(look, next.look)) break;
      ({ look, cleared, sure } = next);
    }
    return look;
  }

  /**
   * Settled is what lay at the same places before and after. That is sure where nothing is amiss, or
   * where nothing lay anywhere: a whole set would have to be written in between.
   */
  #lookOnce(spec: CertificateSpec) {
    const before = this.#places(spec.name);
    const { current, retired, staged } = before;
    const interrupted = retired !== "" || staged !== "";
    const look = this.#lookInto(this.#directory(spec.name, before), spec, interrupted);
    const after = this.#places(spec.name);
    const cleared = after.current === current && after.retired === retired &&
      after.staged === staged;
    const sure = cleared && (isSound(look, spec) || (current === "" && !interrupted));
    return { look, cleared, sure };
  }

  /**
   * Where the valid set lies. Between the two renames of a switch it is the staged directory: the old
   * set has stepped aside, which happens only once the new one is whole.
   */
  #directory(name: string, { current, retired, staged }: Places): Presence<string> {
    if (current !== "") return { kind: "present", value: storedDirectory(this.#certStore, name) };
    if (retired === "") return ABSENT;
    const directory = staged === "" ? retiredDirectory : stagedDirectory;
    return { kind: "present", value: directory(this.#certStore, name) };
  }

  #places(name: string): Places {
    const current = identityOf(storedDirectory(this.#certStore, name));
    const retired = identityOf(retiredDirectory(this.#certStore, name));
    const staged = identityOf(stagedDirectory(this.#certStore, name));
    return { current, retired, staged };
  }

  #lookInto(directory: Presence<string>, spec: CertificateSpec, interrupted: boolean): StoreLook {
    const read = (part: Part) =>
      directory.kind === "present" ? readText(`${directory.value}/${part}.pem`) : directory;
    const taken = takenFiles(spec);
    const texts = {
      cert: read("cert"),
      privkey: read("privkey"),
      chain: taken.has("chain") ? read("chain") : ABSENT,
      fullchain: taken.has("fullchain") ? read("fullchain") : ABSENT,
      ca: taken.has("ca") ? read("ca") : ABSENT,
    };
    const stored = judgeSet(
      texts,
      spec,
      this.#judge,
      (part) => taken.has(part) ? texts[part] : read(part),
    );
    const exposedKey = directory.kind === "present"
      ? exposedMode(`${directory.value}/privkey.pem`)
      : undefined;
    return {
      stored,
      interrupted,
      ...(exposedKey === undefined ? {} : { exposedKey }),
      texts,
    };
  }
}

function takenFiles({ targets }: CertificateSpec): ReadonlySet<Part> {
  const parts = targets.flatMap(({ what }) => partsOf(what));
  return new Set<Part>(["cert", "privkey", ...(targets.length === 0 ? ["chain" as const] : parts)]);
}

/** Inode and change time: a directory may get the number of one that has just gone. */
function identityOf(path: string): string {
  const info = readInfo(path);
  if (info.kind !== "present") return info.kind === "absent" ? "" : info.problem;
  return `${info.value.ino} ${info.value.ctime?.getTime()}`;
}

/** Whether nothing is amiss: what was taken is there, and fits together. */
function isSound({ stored, interrupted, texts }: StoreLook, spec: CertificateSpec): boolean {
  return !interrupted &&
    [...takenFiles(spec)].every((part) => texts[part].kind === "present") &&
    stored.leaf.kind === "present" && stored.leaf.value.kind === "certificate" &&
    stored.key.kind === "present" && stored.key.value === "match" &&
    [stored.chain, stored.fullchain].every((chain) =>
      chain.kind !== "present" || chain.value === "usable"
    );
}

function isSame(one: StoreLook, other: StoreLook): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function exposedMode(path: string): number | undefined {
  const info = readInfo(path);
  const mode = info.kind === "present" && info.value.isFile ? (info.value.mode ?? 0) & 0o7777 : 0;
  return (mode & 0o007) === 0 ? undefined : mode;
}
