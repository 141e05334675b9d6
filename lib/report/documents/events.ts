/** What a run did. */
import type { Count, DriftJson, InventoryJson, OfCertificate, TargetKindJson } from "./shared.ts";

/** The result of a step, or of a part of it. */
export type EventJson =
  | OfCertificate & {
    /** What an interrupted run left was recovered. */
    readonly kind: "recovered";
    /** What was recovered, for people. */
    readonly detail: string;
  }
  | OfCertificate & {
    /** A certificate was issued and stored. */
    readonly kind: "issued";
    /** Address of the server that issued it; absent: an earlier run received it. */
    readonly address?: string | undefined;
    /** Its serial number. */
    readonly serial: string;
    /** End of its validity. */
    readonly notAfter: Date;
    /** When its renewal is due. */
    readonly renewAt: Date;
    /** Why no path from it to a root is valid, if none is. */
    readonly chainInvalid?: string | undefined;
    /** Common name of its issuer, or the issuer's whole name if it has none. */
    readonly issuer: string;
    /** Its algorithms and the key of its issuer. */
    readonly inventory: InventoryJson;
  }
  | OfCertificate & {
    /** The content of a trust entry was read and stored. */
    readonly kind: "fetched";
    /** Address of the server. */
    readonly address: string;
    /** Whether it differs from what was stored. */
    readonly changed: boolean;
    /** End of the first CRL, or of the last certificate. */
    readonly end: Date;
    /** When the server is asked again. */
    readonly renewAt: Date;
  }
  | OfCertificate & {
    /** A target was written. */
    readonly kind: "deployed";
    /** What the target holds. */
    readonly what: TargetKindJson;
    /** Its path. */
    readonly path: string;
    /** Why it was written. */
    readonly drift: readonly DriftJson[];
  }
  | OfCertificate & OfService & {
    /** A service rejected the new files, and the old ones are restored. */
    readonly kind: "rolled-back";
    /** Paths of the files. */
    readonly paths: readonly string[];
  }
  | OfService & {
    /** A service acted. */
    readonly kind: "acted";
    /** What was done, for people. */
    readonly action: string;
  }
  | OfService & {
    /** A pending action was cleared. */
    readonly kind: "cleared";
    /** Why it was cleared, for people. */
    readonly detail: string;
  }
  | {
    /** What a person should know. */
    readonly kind: "warning";
    /** What the warning is about. */
    readonly subject: string;
    /** The warning, for people. */
    readonly message: string;
  }
  | {
    /** Whether the step failed or was not tried. */
    readonly kind: "failed" | "skipped";
    /** The kind of the step. */
    readonly step: "recover" | "revoke" | "issue" | "fetch" | "deploy" | "service";
    /** Name of the certificate, or the service. */
    readonly subject: string;
    /** Why it was not done, for people. */
    readonly message: string;
  };

interface OfService {
  /** The service. */
  readonly service: string;
}

/** The outcome of a run. */
export interface OutcomeJson {
  /** How many certificates were issued. */
  readonly issued: Count;
  /** For how many trust entries the server was asked; absent: for none. */
  readonly fetched?: Count | undefined;
  /** How many targets were written and not rolled back. */
  readonly deployed: Count;
  /** How many services acted. */
  readonly acted: Count;
  /** How many recoveries, and cleared or transferred pending actions, there were. */
  readonly recovered: Count;
  /** What failed or is blocked. */
  readonly failed: readonly OutcomeEntry[];
  /** What was not tried. */
  readonly skipped: readonly OutcomeEntry[];
}

interface OutcomeEntry {
  /** Name of the certificate, or the service. */
  readonly subject: string;
  /** Why it was not done, for people. */
  readonly message: string;
}
