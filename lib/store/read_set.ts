/**
 * Reads the certificate sets in the store, without a lock. A run may switch a set at the same time
 * (write_set.ts); the reader sees one whole set, the old or the new one. It reports a problem only if
 * it saw the same problem twice in directories that did not change.
 */
import type { X509Certificate } from "node:crypto";
import { PathFinder } from "../certificate/path_finder.ts";
import { ChainChecker } from "../certificate/stored_chain.ts";
import { partsOf } from "../config/format.ts";
import {
  committedDirectory,
  issueTimeFile,
  lockFile,
  namesBeingRevoked,
  namesRefused,
  pendingValidationFile,
  retiredDirectory,
  stagedDirectory,
  storedDirectory,
} from "./store_paths.ts";
import type { CertificateSpec } from "../config/types.ts";
import { nameOf } from "../text/path.ts";
import type { Part } from "../certificate/types.ts";
import type { Presence } from "../host/types.ts";
import type { Replaced, StoredSet } from "./types.ts";
import { parsePendingValidation } from "./record_text.ts";
import { ABSENT, readDirectory, readInfo, readSeen, readText } from "../host/read.ts";
import { cleanSet } from "./clean_set.ts";
import { readIssueTime } from "./issue_time.ts";
import { checkSet, type SetCheckers, type SetTexts } from "./stored_set.ts";

/** Limit for a set that changes all the time; the last look counts. */
const TRIES = 1000;

/** The facts of a set, and the texts that targets are compared with. */
export interface StoreLook {
  readonly stored: StoredSet;
  readonly interrupted: boolean;
  /** The set that an earlier run received and could not store. */
  readonly staged?: StoredSet | undefined;
  /** Mode of the private key, if every user can open it. */
  readonly exposedKey: number | undefined;
  readonly texts: SetTexts;
}

/** The identities of the directories in which a set can be; `""` if there is none. */
interface Places {
  readonly current: string;
  readonly retired: string;
  readonly staged: string;
  readonly committed: string;
}

/** Reads the store for one run. */
export class StoreReader {
  readonly #certStore: string;
  readonly #listing: Presence<ReadonlySet<string>>;
  readonly #checkers: SetCheckers;
  /** Whether there is anything of a certificate beside its set, such as `.new-NAME`. */
  readonly #hasMore: boolean;

  /** @param readOtherNames Reads rare kinds of names; needed if the configuration asks for some. */
  constructor(
    certStore: string,
    readOtherNames?: (leaf: X509Certificate) => readonly string[],
    now = new Date(),
  ) {
    this.#certStore = certStore;
    this.#listing = readDirectory(certStore, [nameOf(lockFile(certStore))]);
    this.#hasMore = this.#listing.kind === "present" &&
      [...this.#listing.value].some((entry) => entry.startsWith(".") && entry.includes("-"));
    this.#checkers = { chains: new ChainChecker(now), paths: new PathFinder(now), readOtherNames };
  }

  /**
   * Reads one certificate's set. It reads `chain.pem`, `fullchain.pem` and `ca.pem` only if a target
   * needs them, with two exceptions:
   *
   * - `chain.pem` also if there is no target, because services then read the store;
   * - `chain.pem` and `ca.pem` also if no path to a root is known yet that is valid as long as the
   *   certificate.
   */
  look(spec: CertificateSpec): StoreLook {
    if (this.#listing.kind !== "present") return this.#lookInto(this.#listing, spec, false);
    const look = this.#lookQuickly(spec) ?? this.#lookCarefully(spec);
    if (!this.#has(issueTimeFile(this.#certStore, spec.name))) return look;
    const staged = look.staged && this.#withIssueTime(spec.name, look.staged);
    return { ...look, stored: this.#withIssueTime(spec.name, look.stored), staged };
  }

  #withIssueTime(name: string, stored: StoredSet): StoredSet {
    const { leaf } = stored;
    if (leaf.kind !== "present" || leaf.value.kind !== "certificate") return stored;
    return { ...stored, issuedAt: readIssueTime(this.#certStore, name, leaf.value.certificate) };
  }

  /** The replaced files that no service has validated yet. */
  pendingValidation(name: string): Presence<readonly Replaced[]> {
    const path = pendingValidationFile(this.#certStore, name);
    if (this.#listing.kind !== "present") return this.#listing;
    const text = this.#has(path) ? readText(path) : ABSENT;
    if (text.kind !== "present") return text;
    return { kind: "present", value: parsePendingValidation(text.value) };
  }

  /** The certificates that have a record of a revocation. */
  namesBeingRevoked(): string[] {
    return this.#listing.kind === "present" ? namesBeingRevoked(this.#listing.value) : [];
  }

  /** The certificates that have a record of refused answers. */
  namesRefused(): string[] {
    return this.#listing.kind === "present" ? namesRefused(this.#listing.value) : [];
  }

  /** Whether the store has something of a certificate beside its set; fast if it has nothing such. */
  #has(path: string): boolean {
    return this.#hasMore && this.#listing.kind === "present" &&
      this.#listing.value.has(nameOf(path));
  }

  /** The usual case: there is one directory, and its files fit together. */
  #lookQuickly(spec: CertificateSpec): StoreLook | undefined {
    const directory = storedDirectory(this.#certStore, spec.name);
    const isSwitching = [retiredDirectory, stagedDirectory, committedDirectory]
      .some((other) => this.#has(other(this.#certStore, spec.name)));
    if (isSwitching || this.#listing.kind !== "present" || !this.#listing.value.has(spec.name)) {
      return undefined;
    }
    const look = this.#lookInto({ kind: "present", value: directory }, spec, false);
    return isSound(look, spec) ? look : undefined;
  }

  #lookCarefully(spec: CertificateSpec): StoreLook {
    let { look, stable, sure } = this.#lookOnce(spec);
    for (let tries = 1; tries < TRIES && !sure; tries++) {
      const next = this.#lookOnce(spec);
      if (stable && next.stable && isSame(look, next.look)) break;
      ({ look, stable, sure } = next);
    }
    return look;
  }

  /**
   * A look is stable if the directories were the same before and after. It is sure if nothing is
   * wrong, or if there was no set at all.
   */
  #lookOnce(spec: CertificateSpec) {
    const before = this.#places(spec.name);
    const { current, retired, staged, committed } = before;
    const interrupted = [retired, staged, committed].some((place) => place !== "");
    const found = this.#lookInto(this.#directory(spec.name, before), spec, interrupted);
    const look = staged === "" || retired !== "" || committed !== ""
      ? found
      : { ...found, staged: this.lookInto(stagedDirectory(this.#certStore, spec.name), spec) };
    const stable = JSON.stringify(this.#places(spec.name)) === JSON.stringify(before);
    const sure = stable && (isSound(look, spec) || (current === "" && !interrupted));
    return { look, stable, sure };
  }

  /**
   * The directory of the valid set. Between the two renames of a switch it is the staged one, because
   * the old set is renamed only after the new one is complete. A committed one counts in any case.
   */
  #directory(name: string, { current, retired, staged, committed }: Places): Presence<string> {
    if (committed !== "") {
      return { kind: "present", value: committedDirectory(this.#certStore, name) };
    }
    if (current !== "") return { kind: "present", value: storedDirectory(this.#certStore, name) };
    if (retired === "") return ABSENT;
    const directory = staged === "" ? retiredDirectory : stagedDirectory;
    return { kind: "present", value: directory(this.#certStore, name) };
  }

  /** The facts of a set in another directory, such as an archived one. */
  lookInto(directory: string, spec: CertificateSpec): StoredSet {
    return this.#lookInto({ kind: "present", value: directory }, spec, false).stored;
  }

  #places(name: string): Places {
    return {
      current: identityOf(storedDirectory(this.#certStore, name)),
      retired: identityOf(retiredDirectory(this.#certStore, name)),
      staged: identityOf(stagedDirectory(this.#certStore, name)),
      committed: identityOf(committedDirectory(this.#certStore, name)),
    };
  }

  #lookInto(directory: Presence<string>, spec: CertificateSpec, interrupted: boolean): StoreLook {
    const read = (part: Part) =>
      directory.kind === "present" ? readText(`${directory.value}/${part}.pem`) : directory;
    const taken = takenFiles(spec);
    const keyPath = directory.kind === "present" ? `${directory.value}/privkey.pem` : "";
    const keyInfo = directory.kind === "present" ? readInfo(keyPath) : directory;
    // Without targets, services read the store.
    const direct = spec.targets.length === 0 && spec.services.length > 0;
    const { texts: found, unclean, damage } = cleanSet({
      cert: read("cert"),
      privkey: readSeen(keyPath, keyInfo),
      chain: taken.has("chain") ? read("chain") : ABSENT,
      fullchain: direct || taken.has("fullchain") ? read("fullchain") : ABSENT,
      ca: taken.has("ca") ? read("ca") : ABSENT,
    });
    // It is checked as a chain only if a target needs it.
    const texts = taken.has("fullchain") || damage.fullchain !== undefined
      ? found
      : { ...found, fullchain: ABSENT };
    const readPart = (part: Part) => taken.has(part) ? texts[part] : read(part);
    const set = checkSet(texts, spec, this.#checkers, readPart, damage);
    const stored = unclean.length === 0 ? set : { ...set, unclean };
    return { stored, interrupted, exposedKey: exposedMode(keyInfo), texts };
  }
}

function takenFiles({ targets }: CertificateSpec): ReadonlySet<Part> {
  const parts = new Set<Part>(targets.length === 0 ? LEAF_AND_CHAIN : LEAF);
  for (const { what } of targets) {
    // Only trust entries have CRLs.
    for (const part of partsOf(what)) if (part !== "crl") parts.add(part);
  }
  return parts;
}

const LEAF: readonly Part[] = ["cert", "privkey"];
const LEAF_AND_CHAIN: readonly Part[] = [...LEAF, "chain"];

/** Inode and change time, because a new directory may get the inode of a removed one. */
function identityOf(path: string): string {
  const info = readInfo(path);
  if (info.kind !== "present") return info.kind === "absent" ? "" : info.problem;
  return `${info.value.ino} ${info.value.ctime?.getTime()}`;
}

/** Whether every needed file exists and they fit together. */
function isSound({ stored, interrupted, texts }: StoreLook, spec: CertificateSpec): boolean {
  return !interrupted &&
    [...takenFiles(spec)].every((part) => texts[part].kind === "present") &&
    stored.leaf.kind === "present" && stored.leaf.value.kind === "certificate" &&
    stored.key.kind === "present" && stored.key.value === "match" &&
    [stored.chain, stored.fullchain, stored.ca].every((chain) =>
      chain.kind !== "present" || chain.value === "usable"
    );
}

function isSame(one: StoreLook, other: StoreLook): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A key whose mode cannot be read cannot be read either, which is reported. */
function exposedMode(info: Presence<Deno.FileInfo>): number | undefined {
  const mode = info.kind === "present" && info.value.isFile ? (info.value.mode ?? 0) & 0o7777 : 0;
  return (mode & 0o007) === 0 ? undefined : mode;
}
