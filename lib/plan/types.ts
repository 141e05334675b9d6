/**
 * The data that flows through VCM: what was observed, and what follows from it. Plain values only,
 * so that all of it can be printed as JSON and handed to another thread.
 */
import type { Certificate } from "../certificate/certificate.ts";
import type { KnownPaths } from "../certificate/chain_paths.ts";
import type { ChainEnd } from "../certificate/stored_chain.ts";
import type {
  Control,
  Format,
  KeySpec,
  Part,
  ProbeSpec,
  RenewalWindow,
  What,
} from "../config/types.ts";

/** What is known of one thing on disk. Unreadable is a problem of its own, never "absent". */
export type Presence<T> =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly problem: string }
  | { readonly kind: "present"; readonly value: T };

/** A PEM file that holds a certificate, or that cannot be parsed as one. */
export type LeafFact =
  | {
    readonly kind: "certificate";
    readonly certificate: Certificate;
    /** Kind of its key, read only where the file asks for one. */
    readonly keyType?: string;
  }
  | { readonly kind: "unparsable"; readonly problem: string };

/** Whether a private key belongs to the stored certificate. */
export type KeyFact = "match" | "mismatch" | "unparsable";

/** Whether a stored chain file that services read is usable. */
export type ChainFact =
  | "usable"
  | "other-leaf"
  /** It does not lead from the leaf to its top. */
  | { readonly kind: "incomplete"; readonly problem: string };

/** One certificate's set of files in the store. */
export interface StoredSet {
  readonly leaf: Presence<LeafFact>;
  /** Judged against the leaf; "match" where there is no leaf to judge it against. */
  readonly key: Presence<KeyFact>;
  /** Only what some target takes is looked at, and `chain` where there is no target. */
  readonly chain: Presence<ChainFact>;
  readonly fullchain: Presence<ChainFact>;
  readonly ca: Presence<ChainFact>;
  /** The end of the chain that is read, where it comes before the leaf's. */
  readonly chainEnd?: ChainEnd;
  /** What is known above the leaf, for each chain that was looked at; none without a leaf. */
  readonly paths?: readonly KnownPaths[];
  /** Why that may lack something. */
  readonly pathsProblem?: string;
}

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

/** An owner or group of the file, looked up on this host. */
export type Account =
  | { readonly kind: "given"; readonly name: string; readonly id: number }
  | { readonly kind: "unknown"; readonly name: string }
  | { readonly kind: "unspecified" };

/** A user and a group of this host, by their numbers. */
export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

/** A folder on the way to a target. Links are followed: the folder of each one is on the way too. */
export interface Passage extends HostUser {
  /** Without links. */
  readonly folder: string;
  /** Name of the owner where it is known, else the digits of its number. */
  readonly owner: string;
  /** Permission bits. */
  readonly mode: number;
  /** What of the folder the way leads on to; absent: the target, or what does not exist. */
  readonly next?: { readonly path: string; readonly uid: number; readonly owner: string };
}

export interface TargetObservation {
  readonly path: string;
  /** From the root to the last folder that exists. */
  readonly way: readonly Passage[];
  readonly file: Presence<TargetFile>;
  /** State of the parent folder, looked at only when the target is absent. */
  readonly parent: "present" | "absent" | "not-a-folder";
  readonly owner: Account;
  readonly group: Account;
  /** Why its password cannot be had; then it is not known what it holds. */
  readonly passwordProblem?: string;
  /** A file of an interrupted run lies beside it. */
  readonly leftover: boolean;
  /** What a run replaced lies beside it. */
  readonly replaced: boolean;
  readonly bundle?: BundleObservation;
  /** Of a target that is no bundle: folders of sets beside it, from when it was one. */
  readonly formerSets?: readonly string[];
}

/** What is known of a bundle beside what is known of every target. */
export interface BundleObservation {
  /** Text of a link that VCM did not make. */
  readonly foreignLink?: string;
  /** Name of the version folder that the link names. */
  readonly folder?: string;
  /** Permission bits of that folder; absent where there is no such folder. */
  readonly folderMode?: number;
  /** Given where it does not belong to the runner, as it should. */
  readonly folderOwner?: { readonly is: string; readonly should: string };
  /** The files in it. */
  readonly files: readonly { readonly part: Part; readonly file: Presence<TargetFile> }[];
  /** Folders of sets that are not in use, and one that was not finished. */
  readonly strays: readonly StrayFolder[];
  /** Why no link can be made on this host. */
  readonly linkProblem?: string;
}

export interface StrayFolder {
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
  readonly unjudged: readonly Replaced[];
}

/** A target that can be put back as it was. */
export interface Replaced {
  readonly path: string;
  /** By whose hand it is put back, where it is not the runner's. */
  readonly by?: HostUser;
  /** Put back through the file that is there. */
  readonly inPlace?: boolean;
  /** Whether there was a file before. */
  readonly kept: boolean;
  /**
   * Device, inode and time of making (ms) of what is kept, as "DEVICE:INODE:MADE"; absent: it is not
   * known which file it is.
   */
  readonly identity?: string;
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
  /**
   * Time at which it last became active, or at which its last run to its end began, milliseconds
   * since the epoch; a reload leaves it alone.
   */
  readonly startedAt: number;
  /** `success`, or why the last reload failed. */
  readonly reloadResult: string;
  readonly canReload: boolean;
  /** A unit whose process ends by itself (`Type=oneshot`), and whose last run succeeded; not one
   * that stays active after it (`RemainAfterExit`). */
  readonly ranToItsEnd: boolean;
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
export interface MarkerObservation {
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
export interface OrphanObservation {
  readonly marker: string;
  readonly heirs: readonly string[];
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
  readonly markers: Presence<readonly MarkerObservation[]>;
  /** Markers of services that the file does not name, or no longer by that name. */
  readonly orphans: readonly OrphanObservation[];
  readonly served: readonly ServedObservation[];
  /** The host's time zone, in which maintenance windows are meant. */
  readonly zone: string;
  /** Who runs this: its number. */
  readonly runner: number;
  /** The own group of users to whom folders on the way to targets belong, as far as it is known. */
  readonly ownGroups: ReadonlyMap<number, number>;
  /** The folders above the store or, where it does not exist, those of them that do. */
  readonly storeWay: readonly Passage[];
  /** Why the store cannot be used as it is. */
  readonly storeFault?: string;
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
  "chain-incomplete",
  "names-differ",
  "key-differs",
  "issuer-differs",
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

export const WARNING_KINDS = [
  "clock",
  "window",
  "leftover",
  /** No path to a root is valid now. */
  "chain-invalid",
  /** It cannot be told whether one is. */
  "chain-unknown",
  /** The root ends before the certificate. */
  "root-ends",
] as const;

/** What a person should know of a certificate, though nothing is done about it. */
export interface Warning {
  readonly kind: typeof WARNING_KINDS[number];
  /** The sentence for people, without a full stop. */
  readonly message: string;
}

/** One difference between a target and what the file asks for. */
export type Drift = Difference & {
  /** The files of a bundle that it is about; absent: the target as a whole. */
  readonly files?: readonly string[];
};

export type Difference =
  | { readonly kind: "missing" }
  | { readonly kind: "not-a-file"; readonly found: "symlink" | "directory" | "other" }
  /** From which certificate to which, where it holds another one; else why, where that is known. */
  | {
    readonly kind: "content";
    readonly from?: string;
    readonly to?: string;
    readonly detail?: string;
  }
  | { readonly kind: "renewed" }
  | { readonly kind: "forced" }
  /** A run was interrupted before its services could judge it. */
  | { readonly kind: "unjudged" }
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
  /** Common name that the issuer has to have. */
  readonly issuer?: string;
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
  /** How many earlier sets stay in the archive; absent: none. */
  readonly keep?: number;
  /** Files of an interrupted run that nobody has judged, to be put back. */
  readonly unjudged: readonly Replaced[];
  /** Files of an interrupted run, beside targets, and folders of bundles that are not in use. */
  readonly leftovers: readonly string[];
  /** Those of them that are removed as the user who may replace folders above them. */
  readonly byUsers?: readonly { readonly path: string; readonly by: HostUser }[];
  /** What is to be tidied, for people. */
  readonly detail: string;
  /** Take the stored private key's mode down to 0600. */
  readonly closeKey: boolean;
}

export interface IssueStep {
  readonly kind: "issue";
  readonly certificate: string;
  /** How many earlier sets stay in the archive; absent: none. */
  readonly keep?: number;
  readonly due: Due;
  readonly request: CertificateRequest;
  readonly renew: RenewalWindow;
  /** Percent of the window by which the next renewal is put off, by the new serial number. */
  readonly spread: number;
  /** Services that read the store itself, because no file is deployed. */
  readonly services: readonly string[];
  /** End of the certificate that they have loaded, where it is known. */
  readonly inUseUntil?: Date;
}

/** Owner and group of a new file; absent: those of the process that writes it. */
export interface FileOwners {
  readonly uid?: number;
  readonly gid?: number;
}

/** One file, or bundle, to write. Its owner, group and mode are decided here, not when it is written. */
export interface TargetStep extends Format, FileOwners {
  /** Written as this user, who may replace folders above it; then `uid` and `gid` are there. */
  readonly by?: HostUser;
  readonly path: string;
  readonly drift: readonly Drift[];
  readonly mode: number;
  /** Of a bundle: the mode of each of its files. */
  readonly modes?: Readonly<Record<Part, number>>;
  /** Of a bundle: owner and group of each of its files. */
  readonly owners?: Readonly<Record<Part, FileOwners>>;
  readonly createDirs: boolean;
  /** Write through the file that is there. */
  readonly inPlace?: boolean;
  /** It takes the place of a bundle, whose sets are cleared away. */
  readonly endsBundle?: boolean;
}

export interface DeployStep {
  readonly kind: "deploy";
  readonly certificate: string;
  /** Whether the store's set, as it is now, may be deployed if the issue step fails. */
  readonly storedSetUsable: boolean;
  readonly targets: readonly TargetStep[];
  /** Services that owe an action once content has changed here. */
  readonly services: readonly string[];
  /** End of the certificate that they have loaded, where it is known. */
  readonly inUseUntil?: Date;
  /** Keep the replaced files until the services have judged the new ones. */
  readonly revocable: boolean;
}

/** How a service is made to load new files. */
export type ServiceAction =
  | {
    readonly manager: "systemd" | "docker" | "podman";
    readonly name: string;
    readonly control: Control;
    readonly signal?: string;
  }
  | { readonly manager: "pid_file"; readonly pidFile: string; readonly signal: string }
  | { readonly manager: "command"; readonly command: readonly string[] };

export interface ServiceStep {
  readonly kind: "service";
  readonly service: string;
  readonly action: ServiceAction;
  readonly debt: Debt;
  /** When an earlier action failed, before which it was up, and since which it was not started. */
  readonly actedAt?: Date;
  /** Certificates whose deployment leads to the action. */
  readonly certificates: readonly string[];
  /** What commands are told that it is about. */
  readonly about: { readonly certificates: readonly string[]; readonly files: readonly string[] };
  /** Commands that judge the new files before. */
  readonly validate: readonly (readonly string[])[];
  /** What it has to serve afterwards. */
  readonly probes: readonly { readonly certificate: string; readonly probe: ProbeSpec }[];
  /** Seconds. */
  readonly timeout: number;
}

/** A service's command judges new files, though the service does not act in this run. */
export interface JudgeStep {
  readonly kind: "judge";
  readonly service: string;
  readonly debt: Debt;
  readonly certificates: readonly string[];
  readonly about: ServiceStep["about"];
  readonly validate: ServiceStep["validate"];
  readonly timeout: number;
}

/** Hand a marker on to the services that the file names now. */
export interface InheritStep {
  readonly kind: "inherit";
  readonly marker: string;
  readonly heirs: readonly string[];
}

/** Remove a marker that is no longer a debt. */
export interface SettleStep {
  readonly kind: "settle";
  readonly service: string;
  readonly detail: string;
}

export type Step =
  | TidyStep
  | IssueStep
  | DeployStep
  | InheritStep
  | JudgeStep
  | ServiceStep
  | SettleStep;

/** Something due that is held back until a maintenance window opens. */
export interface Wait {
  readonly until: Date;
  /** A window has gone by in which it was not done, or failed. */
  readonly late: boolean;
  /** The sentence for people, without a full stop. */
  readonly detail: string;
}

/** How one certificate stands, whether or not anything is to be done. */
export interface CertificateState {
  readonly name: string;
  /** Facts of the stored certificate, where there is one. */
  readonly certificate?: Certificate;
  /** Start of the renewal window. */
  readonly renewAt?: Date;
  readonly due?: Due;
  /** It is due, and waits. */
  readonly waits?: Wait;
  readonly warnings: readonly Warning[];
  readonly targets: readonly {
    readonly what: What;
    readonly path: string;
    readonly drift: readonly Drift[];
  }[];
  readonly blocked: readonly Blocked[];
}

/** How one service stands, whether or not it has to act. */
export interface ServiceState {
  readonly service: string;
  /** Certificates of the file that it serves. */
  readonly certificates: readonly string[];
  readonly debt?: Debt;
  /** It owes an action, which waits. */
  readonly waits?: Wait;
  /** End of the certificate that it serves in the place of the one on disk. */
  readonly servedUntil?: Date;
  /** Why it cannot be told what it serves. */
  readonly problem?: string;
}

export interface Plan {
  /** The moment for which the plan was made. */
  readonly at: Date;
  readonly certStore: string;
  readonly certificates: readonly CertificateState[];
  readonly services: readonly ServiceState[];
  /** In the order in which they are carried out. */
  readonly steps: readonly Step[];
}
