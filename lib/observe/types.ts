/** What was observed on this host. Plain values only, which can be printed as JSON. */
import type { Acl } from "../host/acl.ts";
import type { Account, Ancestor, Presence, UnitState } from "../host/types.ts";
import type { Certificate } from "../certificate/certificate.ts";
import type { Loss } from "../certificate/loss.ts";
import type { Validity } from "../certificate/renewal.ts";
import type { Part } from "../certificate/types.ts";
import type { PendingActionText } from "../store/record_text.ts";
import type { PendingRevocation, RefusedAnswer, Replaced, StoredSet } from "../store/types.ts";

/** A deployed file on disk. */
export interface TargetFile {
  /** "bundle": a link of VCM to a set. */
  readonly type: "file" | "symlink" | "directory" | "other" | "bundle";
  readonly uid: number;
  readonly gid: number;
  /** Name of the owner or, if unknown, its number. */
  readonly owner: string;
  readonly group: string;
  /** Permission bits. */
  readonly mode: number;
  /** Read only if the file is about to be replaced. */
  readonly acl?: Acl | undefined;
  /** Whether its content is what the store has for it. */
  readonly sameContent: boolean;
  /** It is something other than a certificate or key; checked only if the content differs. */
  readonly foreign?: boolean | undefined;
  /** Why the content differs, if more is known than that its bytes differ. */
  readonly difference?: string | undefined;
  /** What it holds that VCM would not write, if it differs from the store. */
  readonly loss?: Loss | undefined;
  /** The first certificate in it, if it differs from the store. */
  readonly certificate?: Certificate | undefined;
  /** Time of the last change of inode or content, milliseconds since the epoch. */
  readonly changedAt: number;
}

/** What is observed of files and bundles alike. */
export interface PathObservation {
  readonly path: string;
  /** From the root to the last directory that exists. */
  readonly ancestors: readonly Ancestor[];
  /** What is at the path. A bundle counts as one file, last changed when any of its files was. */
  readonly file: Presence<TargetFile>;
  /** State of the parent directory; checked only if the target is absent. */
  readonly parent: "present" | "absent" | "not-a-directory";
  readonly owner: Account;
  readonly group: Account;
  /** There is a temporary file of an interrupted run beside it. */
  readonly leftover: boolean;
  /** There is its previous file beside it. */
  readonly replaced: boolean;
}

export interface FileObservation extends PathObservation {
  readonly kind: "file";
  /** Why its password cannot be read; its content is then unknown. */
  readonly passwordProblem?: string | undefined;
  /** Directories of sets from when the target was a bundle. */
  readonly formerSets: readonly string[];
}

export interface BundleObservation extends PathObservation {
  readonly kind: "bundle";
  readonly link: BundleLink;
  /** Directories of sets that are unused or incomplete. */
  readonly strays: readonly StrayDirectory[];
  /** Why this host cannot create links. */
  readonly linkProblem?: string | undefined;
}

export type TargetObservation = FileObservation | BundleObservation;

/** Where the link of a bundle leads. */
export type BundleLink =
  /** There is no link. */
  | { readonly kind: "none" }
  /** A link that VCM did not make. */
  | { readonly kind: "foreign"; readonly text: string }
  /** To a version directory that does not exist. */
  | { readonly kind: "dangling"; readonly directory: string }
  | BundleSet;

/** The version directory that the link of a bundle names. */
export interface BundleSet {
  readonly kind: "set";
  /** Its name. */
  readonly directory: string;
  /** Permission bits. */
  readonly mode: number;
  /** Set if it does not belong to the runner, as it should. */
  readonly otherOwner?: { readonly is: string; readonly should: string } | undefined;
  readonly files: readonly { readonly part: Part; readonly file: Presence<TargetFile> }[];
}

export interface StrayDirectory {
  readonly path: string;
  /** Name of something in it that VCM did not put there. */
  readonly foreign?: string | undefined;
}

/** What a trust entry has in the store. */
export type TrustObservation =
  | { readonly kind: "absent" }
  | { readonly kind: "damaged"; readonly problem: string }
  | {
    readonly kind: "whole";
    /** When the server was asked last. */
    readonly at: Date;
    /** Whether it came from where the configuration says. */
    readonly isDesired: boolean;
    /** Of a bundle none. */
    readonly crls: readonly (Validity & { readonly issuer: string })[];
    /** Until when services can use it: the end of the first CRL, or of the last certificate. */
    readonly end: Date;
  };

/** Of a certificate, or of a trust entry, which has no set. */
export interface CertificateObservation {
  readonly name: string;
  readonly stored: StoredSet;
  /** Set for a trust entry. */
  readonly trust?: TrustObservation | undefined;
  /** The issuer whose CRL in the store lists the certificate. */
  readonly revokedBy?: string | undefined;
  /** A run was interrupted while it wrote or switched this set. */
  readonly interrupted: boolean;
  /** The set that an earlier run received and could not store. */
  readonly staged?: StoredSet | undefined;
  /** Mode of the stored private key, if every user can open it. */
  readonly exposedKey?: number | undefined;
  readonly targets: readonly TargetObservation[];
  /** Files of an interrupted run that no service has validated. */
  readonly pendingValidation: readonly Replaced[];
  /** Why the record of replaced files, or what an earlier run staged, cannot be read. */
  readonly unreadableRecord?: string | undefined;
  /** A revocation that is not finished; absent: none. */
  readonly revocation?: Presence<PendingRevocation> | undefined;
  /** The record of answers that could not be used; absent: none. */
  readonly refused?: Presence<RefusedAnswer> | undefined;
}

/** What a service's manager knows about when the service last loaded its files. */
export type LoadRecord =
  | { readonly kind: "unit"; readonly state: UnitState }
  | {
    readonly kind: "container";
    readonly state: "running" | "stopped" | "unknown";
    /** Milliseconds since the epoch; 0 if never. */
    readonly startedAt: number;
  }
  /** The process that a pid file names; without a time, it is not running. */
  | { readonly kind: "process"; readonly startedAt?: number };

/** A service with a pending action in the store. */
export interface PendingActionObservation extends PendingActionText {
  readonly service: string;
  /** When the pending action was written, milliseconds since the epoch. */
  readonly since: number;
  /** Absent if there is no manager or it did not answer. */
  readonly record?: LoadRecord | undefined;
}

/** A pending action whose service was removed from the configuration, and the services that replace it. */
export interface UnclaimedAction {
  readonly pendingAction: string;
  readonly successors: readonly string[];
}

/** The result of a probe. */
export type Served =
  | { readonly kind: "served"; readonly certificate: Certificate }
  | { readonly kind: "unreachable"; readonly problem: string };

/** A certificate that a service should serve, and the one that it serves. */
export interface ServedObservation {
  readonly service: string;
  readonly certificate: string;
  /** Address of the probe, for people. */
  readonly at: string;
  readonly served: Served;
}

/** Revocations that are not finished. */
export interface Revocations {
  /** By the names of certificates in the configuration. */
  readonly ofFile: ReadonlyMap<string, Presence<PendingRevocation>>;
  /** Of certificates that were removed from it. */
  readonly removed: readonly { readonly name: string; readonly revocation: PendingRevocation }[];
}

export interface Observation {
  /** All certificates of the configuration, in its order, and then its trust entries. */
  readonly certificates: readonly CertificateObservation[];
  readonly pendingActions: Presence<readonly PendingActionObservation[]>;
  /** Pending actions of services that are not in the configuration, or no longer by that name. */
  readonly unclaimed: readonly UnclaimedAction[];
  /** Revocations of certificates that were removed from the configuration. */
  readonly removed: Revocations["removed"];
  /** Records of refused answers for certificates that this configuration does not name. */
  readonly foreignRefused: readonly { readonly name: string; readonly refused: RefusedAnswer }[];
  readonly served: readonly ServedObservation[];
  /** Units of the configuration by name; absent: systemd was not asked about them. */
  readonly units?: ReadonlyMap<string, UnitState> | undefined;
  /** The host's time zone, which maintenance windows use. */
  readonly zone: string;
  /** The user id that runs VCM. */
  readonly runner: number;
  /** The primary group of each owner of an ancestor, if known. */
  readonly ownGroups: ReadonlyMap<number, number>;
  /** The existing directories above the store. */
  readonly storeAncestors: readonly Ancestor[];
  /** Why the store cannot be used as it is. */
  readonly storeProblem?: string | undefined;
}
