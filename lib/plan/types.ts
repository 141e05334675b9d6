/**
 * The plan: what differs from the configuration, and the steps that fix it. Plain values only, which
 * can be printed as JSON and passed to another thread.
 */
import type { HostUser } from "../host/types.ts";
import type { UnclaimedAction } from "../observe/types.ts";
import type { PendingRevocation, Replaced } from "../store/types.ts";
import type { Certificate } from "../certificate/certificate.ts";
import type { WantedNames } from "../certificate/names.ts";
import type { Control, KeySpec, ProbeSpec, TrustSource } from "../config/types.ts";
import type { Part, RenewalWindow, TargetKind } from "../certificate/types.ts";
import type { Drift, TargetStep } from "./target_types.ts";
import type { UnitProblem } from "./unit_problem.ts";

/** Why a certificate is issued. For people; no other module branches on it. */
export const DUE_REASONS = [
  "revocation-pending",
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
  "issued-before",
  "revoked",
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
  /** An access control list, or the rights of a group, cannot be kept. */
  "acl",
  /** A file that is to be replaced holds more than VCM writes. */
  "loss",
  /** No path to a root is valid now. */
  "chain-invalid",
  /** It is not known whether one is. */
  "chain-unknown",
  /** All clients refuse a CA of it. */
  "chain-refused",
  /** Some clients refuse its key, or a CA of it. */
  "chain-weak",
  /** The root expires before the certificate. */
  "root-ends",
  /** Its common name is that of a host, and not among its SANs. */
  "own-name",
  /** Its files can be adopted, so that none is issued. */
  "adoptable",
] as const;

/** What a person should know about a certificate, although no step fixes it. */
export interface Warning {
  readonly kind: typeof WARNING_KINDS[number];
  /** The sentence for people, without a full stop. */
  readonly message: string;
}

/** Why a service must act: new files in this run, a pending action, or --force. */
export interface PendingReason {
  readonly reason: "deployed" | "pending" | "forced";
  readonly detail: string;
}

/** Something that stops a certificate's steps and that only a person can fix. */
export interface Blocked {
  /**
   * "unreadable": the observed state is unknown; "impossible": the desired state cannot be reached;
   * "refused": answers of the server cannot be used, and only the request for another one waits.
   */
  readonly kind: "unreadable" | "impossible" | "refused";
  readonly message: string;
}

/** What is sent to the PKI engine. */
export interface CertificateRequest extends WantedNames {
  readonly mount: string;
  readonly role: string;
  readonly excludeCnFromSans: boolean;
  readonly removeRootsFromChain: boolean;
  readonly issuerRef?: string | undefined;
  /** Common name that the issuer must have. */
  readonly issuer?: string | undefined;
  /** Seconds. */
  readonly ttl?: number | undefined;
  /** The lifetime as it is sent, if it is written as servers read it. */
  readonly ttlText?: string | undefined;
  readonly key: KeySpec;
}

/** Recovers what an interrupted run left, and restores the mode of an exposed private key. */
export interface RecoverStep {
  readonly kind: "recover";
  readonly certificate: string;
  /** Whether to finish an interrupted switch of the store's set. */
  readonly store: boolean;
  /** How many earlier sets stay in the archive; absent: none. */
  readonly keep?: number | undefined;
  /** Files of an interrupted run that no service has validated, to roll back. */
  readonly pendingValidation: readonly Replaced[];
  /** Files of an interrupted run beside targets, and unused directories of bundles. */
  readonly leftovers: readonly string[];
  /** Leftovers that are removed as the user who may replace directories above them. */
  readonly byUsers?: readonly { readonly path: string; readonly by: HostUser }[] | undefined;
  /** What is recovered, for people. */
  readonly detail: string;
  /** Set the mode of the stored private key to 0600. */
  readonly closeKey: boolean;
  /** Rewrite files of the stored set in clean form; their certificates and key stay the same. */
  readonly rewrite?: Rewrite | undefined;
}

export interface Rewrite extends Pick<IssueStep, "services" | "inUseUntil"> {
  readonly parts: readonly Part[];
}

/** Finishes a revocation that an interrupted command began. */
export interface RevokeStep {
  readonly kind: "revoke";
  readonly certificate: string;
  readonly revocation: PendingRevocation;
  /** What is finished, and how, for people. */
  readonly detail: string;
}

export interface IssueStep {
  readonly kind: "issue";
  readonly certificate: string;
  /** How many earlier sets stay in the archive; absent: none. */
  readonly keep?: number | undefined;
  readonly due: Due;
  /** An earlier run received it and could not store it: it is stored, and the server is not asked. */
  readonly staged?: boolean | undefined;
  /** The archived set that is restored in its place; the server is not asked. */
  readonly archived?: { readonly path: string; readonly outlook: string } | undefined;
  readonly request: CertificateRequest;
  /** A set that was issued before it would be due again: the store remembers when this one came. */
  readonly issuedBefore?: Date | undefined;
  readonly renew: RenewalWindow;
  /** Percent of the window over which renewals are spread, by serial number. */
  readonly spread: number;
  /** Services that read the store, because there are no targets. */
  readonly services: readonly string[];
  /** Expiry of the certificate that they have loaded, if known. */
  readonly inUseUntil?: Date | undefined;
  readonly ifRefused: IfRefused;
}

/** What is recorded if a certificate is issued and cannot be used. */
export interface IfRefused {
  /** Hash of what is asked for, of whom, and of the version of this program. */
  readonly entry: string;
  /** How many answers to the same request could not be used. */
  readonly count: number;
  /** Until when the stored certificate can be used; absent: it cannot. */
  readonly validUntil?: Date | undefined;
}

/** Asks the server for the content of a trust entry, and writes it to the store. */
export interface FetchStep extends Pick<IssueStep, "services" | "inUseUntil"> {
  readonly kind: "fetch";
  /** Name of the entry. */
  readonly certificate: string;
  readonly due: Due;
  readonly source: TrustSource;
}

/** Removes a record of refused answers. */
export interface ForgetStep {
  readonly kind: "forget";
  readonly certificate: string;
  readonly detail: string;
}

export interface DeployStep {
  readonly kind: "deploy";
  readonly certificate: string;
  /** Whether the stored set may be deployed if the issue step fails. */
  readonly storedSetUsable: boolean;
  readonly targets: readonly TargetStep[];
  /** Services that get a pending action if content changes. */
  readonly services: readonly string[];
  /** Expiry of the certificate that they have loaded, if known. */
  readonly inUseUntil?: Date | undefined;
  /** Keep the replaced files until the services have validated the new ones. */
  readonly revocable: boolean;
}

/** How a service is told to load new files. */
export type ServiceAction =
  | {
    readonly manager: "systemd" | "docker" | "podman";
    readonly name: string;
    readonly control: Control;
    readonly signal?: string;
  }
  | { readonly manager: "pid_file"; readonly pidFile: string; readonly signal: string }
  | { readonly manager: "command"; readonly command: readonly string[] };

/** Validates new files for a service that does not act in this run. */
export interface ValidateStep {
  readonly kind: "validate";
  readonly service: string;
  readonly pending: PendingReason;
  /** Certificates whose deployment causes the step. */
  readonly certificates: readonly string[];
  /** What commands get in their environment. */
  readonly about: { readonly certificates: readonly string[]; readonly files: readonly string[] };
  /** Commands that validate the new files. */
  readonly validate: readonly (readonly string[])[];
  /** Seconds. */
  readonly timeout: number;
}

/** Validates new files, and then makes the service load them. */
export interface ServiceStep extends Omit<ValidateStep, "kind"> {
  readonly kind: "service";
  readonly action: ServiceAction;
  /** When an earlier action on the running service failed, if it was not started since. */
  readonly actedAt?: Date | undefined;
  /** Seconds for which it must stay up afterwards. */
  readonly settle: number;
  /** Certificates that it must serve afterwards. */
  readonly probes: readonly { readonly certificate: string; readonly probe: ProbeSpec }[];
}

/** Transfers a pending action to the services that replace its own. */
export interface TransferStep extends UnclaimedAction {
  readonly kind: "transfer";
}

/** Removes a pending action that no longer applies. */
export interface ClearStep {
  readonly kind: "clear";
  readonly service: string;
  readonly detail: string;
}

export type Step =
  | RecoverStep
  | RevokeStep
  | IssueStep
  | FetchStep
  | ForgetStep
  | DeployStep
  | TransferStep
  | ValidateStep
  | ServiceStep
  | ClearStep;

/** A due action that waits for its maintenance window. */
export interface Wait {
  readonly until: Date;
  /** Whether a window was missed or an attempt failed. */
  readonly late: boolean;
  /** The sentence for people, without a full stop. */
  readonly detail: string;
}

/** Answers to the request of a certificate that is due, none of which could be used. */
export interface Refused {
  /** When the last one came. */
  readonly at: Date;
  readonly count: number;
  /** Why it cannot be used, for people. */
  readonly reason: string;
  /** When another one is asked for. */
  readonly next: Date;
}

/** How far the re-issue of what was issued before a time is. */
export interface ReissueState {
  readonly issuedBefore: Date;
  /** When the stored set is due for it; absent: it was issued later, or there is none. */
  readonly from?: Date | undefined;
  /** Nothing waits for a window now. */
  readonly isUrgent: boolean;
}

/** The state of one certificate or trust entry, whether or not it has steps. */
export interface CertificateState {
  readonly name: string;
  /** Set for a trust entry; `end` is until when services can use what is stored, if anything is. */
  readonly trust?: { readonly kind: TrustSource["kind"]; readonly end?: Date } | undefined;
  /** Facts of the stored certificate, if there is one. */
  readonly certificate?: Certificate | undefined;
  /** Start of the renewal window, or when the server is asked for a trust entry again. */
  readonly renewAt?: Date | undefined;
  readonly due?: Due | undefined;
  /** Set if it is due and waits. */
  readonly waits?: Wait | undefined;
  /** Set if it is due and earlier answers could not be used. */
  readonly refused?: Refused | undefined;
  /** Set if the configuration asks for a re-issue. */
  readonly reissue?: ReissueState | undefined;
  readonly warnings: readonly Warning[];
  readonly targets: readonly {
    readonly what: TargetKind;
    readonly path: string;
    readonly drift: readonly Drift[];
  }[];
  readonly blocked: readonly Blocked[];
}

/** The state of one service, whether or not it must act. */
export interface ServiceState {
  readonly service: string;
  /** Certificates of the configuration that it serves. */
  readonly certificates: readonly string[];
  readonly pending?: PendingReason | undefined;
  /** Set if its action waits. */
  readonly waits?: Wait | undefined;
  /** Expiry of the certificate that it serves instead of the one on disk. */
  readonly servedUntil?: Date | undefined;
  /** Why its probe failed. */
  readonly problem?: string | undefined;
  /** What is wrong with its unit, unless `pending` says it. */
  readonly unit?: UnitProblem | undefined;
}

export interface Plan {
  /** The time for which the plan was made. */
  readonly at: Date;
  readonly certStore: string;
  readonly certificates: readonly CertificateState[];
  readonly services: readonly ServiceState[];
  /** In the order of execution. */
  readonly steps: readonly Step[];
}
