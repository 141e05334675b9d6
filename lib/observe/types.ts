/** What was observed on this host. Plain values only, so that all of it can be printed as JSON. */
import type { Account, Ancestor, Presence, UnitState } from "../host/types.ts";
import type { Certificate } from "../certificate/certificate.ts";
import type { Part } from "../certificate/types.ts";
import type { Replaced, StoredSet } from "../store/types.ts";

/** A deployed file as it lies on disk. */
export interface TargetFile {
  /** "bundle": a link of ours to a set. */
  readonly type: "file" | "symlink" | "directory" | "other" | "bundle";
  readonly uid: number;
  readonly gid: number;
  /** Name of the owner where it is known, else the digits of its number. */
  readonly owner: string;
  readonly group: string;
  /** Permission bits. */
  readonly mode: number;
  /** Whether it holds what the store has for it. */
  readonly sameContent: boolean;
  /** It holds, or leads to, something else than a certificate or key; looked at only where it differs. */
  readonly foreign?: boolean;
  /** Why it does not, where more can be said than that its bytes differ. */
  readonly fault?: string;
  /** The first certificate in it, where it differs from the store. */
  readonly certificate?: Certificate;
  /** Time of the last change of inode or content, milliseconds since the epoch. */
  readonly changedAt: number;
}

export interface TargetObservation {
  readonly path: string;
  /** From the root to the last directory that exists. */
  readonly ancestors: readonly Ancestor[];
  readonly file: Presence<TargetFile>;
  /** State of the parent directory, looked at only when the target is absent. */
  readonly parent: "present" | "absent" | "not-a-directory";
  readonly owner: Account;
  readonly group: Account;
  /** Why its password cannot be had; then it is not known what it holds. */
  readonly passwordProblem?: string;
  /** A file of an interrupted run lies beside it. */
  readonly leftover: boolean;
  /** What a run replaced lies beside it. */
  readonly replaced: boolean;
  readonly bundle?: BundleObservation;
  /** Of a target that is no bundle: directories of sets beside it, from when it was one. */
  readonly formerSets?: readonly string[];
}

/** What is known of a bundle beside what is known of every target. */
export interface BundleObservation {
  /** Text of a link that VCM did not make. */
  readonly foreignLink?: string;
  /** Name of the version directory that the link names. */
  readonly directory?: string;
  /** Permission bits of that directory; absent where there is no such directory. */
  readonly directoryMode?: number;
  /** Given where it does not belong to the runner, as it should. */
  readonly directoryOwner?: { readonly is: string; readonly should: string };
  /** The files in it. */
  readonly files: readonly { readonly part: Part; readonly file: Presence<TargetFile> }[];
  /** Directories of sets that are not in use, and one that was not finished. */
  readonly strays: readonly StrayDirectory[];
  /** Why no link can be made on this host. */
  readonly linkProblem?: string;
}

export interface StrayDirectory {
  readonly path: string;
  /** Name of something in it that VCM did not put there. */
  readonly foreign?: string;
}

export interface CertificateObservation {
  readonly name: string;
  readonly stored: StoredSet;
  /** A run was interrupted while it wrote or switched this set. */
  readonly interrupted: boolean;
  /** Permission bits of the stored private key, where they let every user at it. */
  readonly exposedKey?: number;
  readonly targets: readonly TargetObservation[];
  /** Files of an interrupted run that nobody has judged; empty where there are none. */
  readonly pendingValidation: readonly Replaced[];
}

/** What a service's manager says of when it last loaded its files. */
export type LoadRecord =
  | { readonly kind: "unit"; readonly state: UnitState }
  | {
    readonly kind: "container";
    readonly state: "running" | "stopped" | "unknown";
    /** Milliseconds since the epoch; 0 where it never was. */
    readonly startedAt: number;
  }
  /** The process that a pid file names; without a time it is not running. */
  | { readonly kind: "process"; readonly startedAt?: number };

/** A service for which a marker lies in the store. */
export interface PendingActionObservation {
  readonly service: string;
  /** Certificates whose files it has to load. */
  readonly certificates: readonly string[];
  /** When the marker was written, milliseconds since the epoch. */
  readonly since: number;
  /** End of the certificate that it has loaded, where it is known. */
  readonly until?: Date;
  /** Why the last run could not settle it. */
  readonly failure?: string;
  /** When an action on the service, which was up before, began or failed. */
  readonly actedAt?: Date;
  /** Absent where there is no manager, or it could not be asked. */
  readonly record?: LoadRecord;
}

/** A marker whose service is gone from the file, and the services that have taken its place. */
export interface UnclaimedAction {
  readonly pendingAction: string;
  readonly successors: readonly string[];
}

/** What a service serves, as a probe saw it. */
export type Served =
  | { readonly kind: "served"; readonly certificate: Certificate }
  | { readonly kind: "unreachable"; readonly problem: string };

/** A certificate that a service should serve, and what it serves. */
export interface ServedObservation {
  readonly service: string;
  readonly certificate: string;
  /** The probe's place, for people. */
  readonly at: string;
  readonly served: Served;
}

export interface Observation {
  /** All certificates of the file, in its order. */
  readonly certificates: readonly CertificateObservation[];
  readonly pendingActions: Presence<readonly PendingActionObservation[]>;
  /** Markers of services that the file does not name, or no longer by that name. */
  readonly unclaimed: readonly UnclaimedAction[];
  readonly served: readonly ServedObservation[];
  /** The host's time zone, in which maintenance windows are meant. */
  readonly zone: string;
  /** Who runs this: its number. */
  readonly runner: number;
  /** The own group of users to whom directories on the way to targets belong, as far as it is known. */
  readonly ownGroups: ReadonlyMap<number, number>;
  /** The directories above the store or, where it does not exist, those of them that do. */
  readonly storeAncestors: readonly Ancestor[];
  /** Why the store cannot be used as it is. */
  readonly storeFault?: string;
}
