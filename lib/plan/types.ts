/**
 * The data that flows through VCM: what was observed, and what follows from it. Plain values only,
 * so that all of it can be printed as JSON and handed to another thread.
 */
import type { HostUser } from "../host/types.ts";
import type { Replaced } from "../store/types.ts";
import type { Certificate } from "../certificate/certificate.ts";
import type { Control, KeySpec, ProbeSpec } from "../config/types.ts";
import type { Format, Part, RenewalWindow, What } from "../certificate/types.ts";

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
  | { readonly kind: "pending-validation" }
  | { readonly kind: "owner"; readonly from: string; readonly to: string }
  | { readonly kind: "group"; readonly from: string; readonly to: string }
  | { readonly kind: "mode"; readonly from: string; readonly to: string };

/** Why a service has to act. */
export interface PendingReason {
  readonly reason: "deployed" | "pending" | "forced";
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
export interface RecoverStep {
  readonly kind: "recover";
  readonly certificate: string;
  /** Switch or clear the staged set of the store. */
  readonly store: boolean;
  /** How many earlier sets stay in the archive; absent: none. */
  readonly keep?: number;
  /** Files of an interrupted run that nobody has judged, to be put back. */
  readonly pendingValidation: readonly Replaced[];
  /** Files of an interrupted run, beside targets, and directories of bundles that are not in use. */
  readonly leftovers: readonly string[];
  /** Those of them that are removed as the user who may replace directories above them. */
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
  /** Written as this user, who may replace directories above it; then `uid` and `gid` are there. */
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
  readonly pending: PendingReason;
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
export interface ValidateStep {
  readonly kind: "validate";
  readonly service: string;
  readonly pending: PendingReason;
  readonly certificates: readonly string[];
  readonly about: ServiceStep["about"];
  readonly validate: ServiceStep["validate"];
  readonly timeout: number;
}

/** Hand a marker on to the services that the file names now. */
export interface TransferStep {
  readonly kind: "transfer";
  readonly pendingAction: string;
  readonly successors: readonly string[];
}

/** Remove a marker that is no longer a debt. */
export interface ClearStep {
  readonly kind: "clear";
  readonly service: string;
  readonly detail: string;
}

export type Step =
  | RecoverStep
  | IssueStep
  | DeployStep
  | TransferStep
  | ValidateStep
  | ServiceStep
  | ClearStep;

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
  readonly pending?: PendingReason;
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
