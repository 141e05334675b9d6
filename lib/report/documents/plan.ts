/** The documents of the commands that make a plan. */
import type { EventJson, OutcomeJson } from "./events.ts";
import type {
  Count,
  DriftJson,
  DueJson,
  Head,
  InventoryJson,
  PendingJson,
  TargetKindJson,
  WaitJson,
} from "./shared.ts";
import type { StepJson } from "./steps.ts";

interface PlanJson extends Head {
  /** The time for which the plan was made. */
  readonly at: Date;
  /** Directory of the store. */
  readonly certStore: string;
  /** The state of each certificate, and of each trust entry. */
  readonly certificates: readonly CertificateStateJson[];
  /** The state of each service. */
  readonly services: readonly ServiceStateJson[];
  /** What is to be done, in the order of execution; nothing else is done. */
  readonly steps: readonly StepJson[];
}

/** A plan, and the result of carrying it out. */
export interface RunDocument extends PlanJson {
  /** The results of the steps, in their order. */
  readonly events: readonly EventJson[];
  /** The outcome of the run. */
  readonly outcome: OutcomeJson;
}

/** A plan, and the status of the host by it. */
export interface CheckDocument extends PlanJson {
  /** The status of the host. */
  readonly standing: "fine" | "due" | "broken" | "unknown";
}

/** A plan, the status of the host by it, and what else is in the store. */
export interface StatusDocument extends CheckDocument {
  /** Name of the host. */
  readonly host: string;
  /** The state of each certificate. */
  readonly certificates: readonly StatusCertificateJson[];
  /** Names of sets in the store that are not in the file, unless names limit the command. */
  readonly orphans?: readonly string[] | undefined;
}

/** The state of one certificate, and what an inventory needs to know. */
interface StatusCertificateJson extends CertificateStateJson {
  /** Of the stored certificate, if there is one. */
  readonly inventory?: InventoryJson | undefined;
}

/** A plan. */
export interface PlanDocument extends PlanJson {
  /** What a run of this plan may touch; printed with `--permissions`. */
  readonly permissions?: {
    /** Of the worker that writes files and talks to the server. */
    readonly files: {
      /** Paths that it may read, each with all below it. */
      readonly read: readonly string[];
      /** Paths that it may write, each with all below it. */
      readonly write: readonly string[];
      /** Hosts that it may connect to. */
      readonly net: readonly string[];
    };
    /** Of the worker that runs programs. */
    readonly commands: {
      /** Paths that it may read. */
      readonly read: readonly string[];
      /** Programs that it may run. */
      readonly run: readonly string[];
    };
  } | undefined;
}

/** What a certificate says. */
export interface CertificateJson {
  /** Common name of its subject. */
  readonly commonName?: string | undefined;
  /** Its DNS names. */
  readonly dnsNames: readonly string[];
  /** Its IP addresses. */
  readonly ipAddresses: readonly string[];
  /** Its URIs. */
  readonly uris: readonly string[];
  /** Its e-mail addresses. */
  readonly emails: readonly string[];
  /** Its names of other kinds, `OID;UTF8:TEXT`, if the file asks for some. */
  readonly otherNames?: readonly string[] | undefined;
  /** Start of its validity. */
  readonly notBefore: Date;
  /** End of its validity. */
  readonly notAfter: Date;
  /** Common name of its issuer, or the issuer's whole name if it has none. */
  readonly issuer: string;
  /** Its serial number, lower-case hexadecimal with colons. */
  readonly serial: string;
  /** Its SHA-256, upper-case hexadecimal with colons. */
  readonly fingerprint: string;
}

/** The state of one certificate or trust entry. */
export interface CertificateStateJson {
  /** Its name in the file. */
  readonly name: string;
  /** Set for a trust entry. */
  readonly trust?: {
    /** What it holds. */
    readonly kind: "ca_bundle" | "crl";
    /** End of the first stored CRL, or of the last stored certificate, if there is one. */
    readonly end?: Date | undefined;
  } | undefined;
  /** Facts of the stored certificate, if there is one. */
  readonly certificate?: CertificateJson | undefined;
  /** When its renewal is due, or the server is asked for it again. */
  readonly renewAt?: Date | undefined;
  /** Why it is to be issued, if it is due. */
  readonly due?: DueJson | undefined;
  /** What it waits for, if it is due and waits. */
  readonly waits?: WaitJson | undefined;
  /** Set if it is due and answers to its request could not be used. */
  readonly refused?: {
    /** When the last answer came. */
    readonly at: Date;
    /** How many answers in a row issued a certificate that cannot be used. */
    readonly count: Count;
    /** Why the last one cannot be used, for people. */
    readonly reason: string;
    /** When another one is asked for. */
    readonly next: Date;
  } | undefined;
  /** How far its re-issue is, if the file has `reissue`. */
  readonly reissue?: {
    /** What was issued before this time is issued again. */
    readonly issuedBefore: Date;
    /** From when on it is due for that; absent: it was issued later, or there is none. */
    readonly from?: Date | undefined;
    /** Whether its services act outside their windows. */
    readonly isUrgent: boolean;
  } | undefined;
  /** What a person should know about it. */
  readonly warnings: readonly {
    /** What the warning is about. */
    readonly kind:
      | "clock"
      | "window"
      | "leftover"
      | "loss"
      | "chain-invalid"
      | "chain-unknown"
      | "acl"
      | "chain-refused"
      | "chain-weak"
      | "root-ends"
      | "own-name"
      | "adoptable";
    /** The warning, for people. */
    readonly message: string;
  }[];
  /** Each target. */
  readonly targets: readonly {
    /** What the target holds. */
    readonly what: TargetKindJson;
    /** Its path. */
    readonly path: string;
    /** Its differences from the configuration; empty: none. */
    readonly drift: readonly DriftJson[];
  }[];
  /** What stops its steps and only a person can fix. */
  readonly blocked: readonly {
    /** Unreadable state, an impossible desired state, or answers of the server that cannot be used. */
    readonly kind: "unreadable" | "impossible" | "refused";
    /** What is wrong, for people. */
    readonly message: string;
  }[];
}

/** The state of one service. */
export interface ServiceStateJson {
  /** The unit, or manager and name, as in `podman:web`. */
  readonly service: string;
  /** Names of the certificates that it serves. */
  readonly certificates: readonly string[];
  /** Why it must act, if it must. */
  readonly pending?: PendingJson | undefined;
  /** What its action waits for, if it waits. */
  readonly waits?: WaitJson | undefined;
  /** Expiry of the certificate that it serves instead of the one on disk. */
  readonly servedUntil?: Date | undefined;
  /** Why it is not known what it serves, for people. */
  readonly problem?: string | undefined;
  /** What is wrong with its unit, if systemd was asked and `pending` does not say it. */
  readonly unit?: {
    /** It is down, stuck, runs without its unit file, or does not exist. */
    readonly kind: "failed" | "restarting" | "reloading" | "unloaded" | "missing";
    /** What is wrong, for people. */
    readonly message: string;
  } | undefined;
}
