/**
 * The data that flows through VCM: what was observed, and what follows from it. Plain values only,
 * so that all of it can be printed as JSON and handed to another thread.
 */
import type { Certificate } from "../certificate/certificate.ts";
import type { Control, KeySpec, RenewalWindow, What } from "../config/types.ts";

/** What is known of one thing on disk. Unreadable is a problem of its own, never "absent". */
export type Presence<T> =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly problem: string }
  | { readonly kind: "present"; readonly value: T };

/** A PEM file that holds a certificate, or that cannot be parsed as one. */
export type LeafFact =
  | { readonly kind: "certificate"; readonly certificate: Certificate }
  | { readonly kind: "unparsable"; readonly problem: string };

/** Whether a private key belongs to the stored certificate. */
export type KeyFact = "match" | "mismatch" | "unparsable";

/** Whether a stored chain file that a target needs is usable. */
export type ChainFact = "usable" | "other-leaf";

/** One certificate's set of files in the store. */
export interface StoredSet {
  readonly leaf: Presence<LeafFact>;
  /** Judged against the leaf; "match" where there is no leaf to judge it against. */
  readonly key: Presence<KeyFact>;
  /** Only what some target takes is looked at. */
  readonly chain: Presence<ChainFact>;
  readonly fullchain: Presence<ChainFact>;
  readonly ca: Presence<ChainFact>;
}

/** A deployed file as it lies on disk. */
export interface TargetFile {
  readonly type: "file" | "symlink" | "directory" | "other";
  readonly uid: number;
  readonly gid: number;
  /** Name of the owner where it is known, else the digits of its number. */
  readonly owner: string;
  readonly group: string;
  /** Permission bits. */
  readonly mode: number;
  /** Whether its bytes are those of the stored file. */
  readonly sameContent: boolean;
  /** Time of the last change of inode or content, milliseconds since the epoch. */
  readonly changedAt: number;
}

/** An owner or group of the file, looked up on this host. */
export type Account =
  | { readonly kind: "given"; readonly name: string; readonly id: number }
  | { readonly kind: "unknown"; readonly name: string }
  | { readonly kind: "unspecified" };

export interface TargetObservation {
  readonly path: string;
  readonly file: Presence<TargetFile>;
  /** State of the parent folder, looked at only when the target is absent. */
  readonly parent: "present" | "absent" | "not-a-folder";
  readonly owner: Account;
  readonly group: Account;
  /** A temporary file of an interrupted run lies beside it. */
  readonly leftover: boolean;
}

export interface CertificateObservation {
  readonly name: string;
  readonly stored: StoredSet;
  /** A run was interrupted while it wrote or switched this set. */
  readonly interrupted: boolean;
  /** Permission bits of the stored private key, where they let every user at it. */
  readonly exposedKey?: number;
  readonly targets: readonly TargetObservation[];
}

/** What systemd knows of a unit. */
export interface UnitState {
  readonly unit: string;
  /** `loaded`, `not-found`, `masked`, … */
  readonly load: string;
  /** `active`, `inactive`, `failed`, `reloading`, `activating`, … */
  readonly active: string;
  /** Time of the last state change, milliseconds since the epoch; 0 where there was none. */
  readonly changedAt: number;
  /** Time at which it last became active, milliseconds since the epoch; a reload leaves it alone. */
  readonly startedAt: number;
  /** `success`, or why the last reload failed. */
  readonly reloadResult: string;
  /** A unit whose process ends by itself (`Type=oneshot`), and whose last run succeeded. */
  readonly ranToItsEnd: boolean;
}

/** A service for which a marker lies in the store. */
export interface MarkerObservation {
  readonly unit: string;
  /** When the marker was written, milliseconds since the epoch. */
  readonly since: number;
  /** What systemd says of the unit; absent where systemd could not be asked. */
  readonly state?: UnitState;
}

export interface Observation {
  /** All certificates of the file, in its order. */
  readonly certificates: readonly CertificateObservation[];
  readonly markers: Presence<readonly MarkerObservation[]>;
}

/** Why a certificate is issued. For people; never branched on outside this room. */
export const DUE_REASONS = [
  "missing",
  "key-missing",
  "unparsable",
  "key-unparsable",
  "key-mismatch",
  "chain-missing",
  "chain-mismatch",
  "names-differ",
  "not-yet-valid",
  "expired",
  "in-renewal-window",
  "forced",
] as const;
export type DueReason = typeof DUE_REASONS[number];

export interface Due {
  readonly reason: DueReason;
  /** The sentence for people, without a full stop. */
  readonly detail: string;
}

/** One difference between a target and what the file asks for. */
export type Drift =
  | { readonly kind: "missing" }
  | { readonly kind: "not-a-file"; readonly found: "symlink" }
  | { readonly kind: "content" }
  | { readonly kind: "renewed" }
  | { readonly kind: "forced" }
  | { readonly kind: "owner"; readonly from: string; readonly to: string }
  | { readonly kind: "group"; readonly from: string; readonly to: string }
  | { readonly kind: "mode"; readonly from: string; readonly to: string };

/** Why a service has to act. */
export interface Debt {
  readonly reason: "deployed" | "owed" | "forced";
  readonly detail: string;
}

/** Something that stops a certificate's step and that only a person can mend. */
export interface Blocked {
  /** "unreadable": VCM cannot tell what is there; "impossible": what is asked cannot be done. */
  readonly kind: "unreadable" | "impossible";
  readonly message: string;
}

/** What is sent to the PKI engine. */
export interface CertificateRequest {
  readonly mount: string;
  readonly role: string;
  readonly commonName: string;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  readonly uriSans: readonly string[];
  readonly emailSans: readonly string[];
  readonly otherSans: readonly string[];
  readonly excludeCnFromSans: boolean;
  readonly removeRootsFromChain: boolean;
  readonly issuerRef?: string;
  /** Seconds. */
  readonly ttl?: number;
  readonly key: KeySpec;
}

/** Finish or clear away what an interrupted run left, and close a key that lies open. */
export interface TidyStep {
  readonly kind: "tidy";
  readonly certificate: string;
  /** Switch or clear the staged set of the store. */
  readonly store: boolean;
  /** Targets beside which a temporary file lies. */
  readonly leftovers: readonly string[];
  /** What is to be tidied, for people. */
  readonly detail: string;
  /** Take the stored private key's mode down to 0600. */
  readonly closeKey: boolean;
}

export interface IssueStep {
  readonly kind: "issue";
  readonly certificate: string;
  readonly due: Due;
  readonly request: CertificateRequest;
  readonly renew: RenewalWindow;
}

/** One file to write. Where `uid` or `gid` is absent, the replaced file's is kept. */
export interface TargetStep {
  readonly what: What;
  readonly path: string;
  readonly drift: readonly Drift[];
  readonly uid?: number;
  readonly gid?: number;
  readonly mode: number;
  readonly createDirs: boolean;
}

export interface DeployStep {
  readonly kind: "deploy";
  readonly certificate: string;
  /** Whether the store's set, as it is now, may be deployed if the issue step fails. */
  readonly storedSetUsable: boolean;
  readonly targets: readonly TargetStep[];
  /** Units that owe an action once content has changed here. */
  readonly units: readonly string[];
}

export interface ServiceStep {
  readonly kind: "service";
  readonly unit: string;
  readonly control: Control;
  readonly debt: Debt;
  /** Certificates whose deployment leads to the action. */
  readonly certificates: readonly string[];
}

/** Remove a marker that is no longer a debt. */
export interface SettleStep {
  readonly kind: "settle";
  readonly unit: string;
  readonly detail: string;
}

export type Step = TidyStep | IssueStep | DeployStep | ServiceStep | SettleStep;

/** How one certificate stands, whether or not anything is to be done. */
export interface CertificateState {
  readonly name: string;
  /** Facts of the stored certificate, where there is one. */
  readonly certificate?: Certificate;
  /** Start of the renewal window. */
  readonly renewAt?: Date;
  readonly due?: Due;
  readonly targets: readonly {
    readonly what: What;
    readonly path: string;
    readonly drift: readonly Drift[];
  }[];
  readonly blocked: readonly Blocked[];
}

export interface Plan {
  /** The moment for which the plan was made. */
  readonly at: Date;
  readonly certStore: string;
  readonly certificates: readonly CertificateState[];
  /** In the order in which they are carried out. */
  readonly steps: readonly Step[];
}
