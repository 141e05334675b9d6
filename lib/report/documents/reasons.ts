/** Why something is to be done, and why it waits. */

/** Why a certificate is to be issued. */
export interface DueJson {
  /** The reason. */
  readonly reason:
    | "missing"
    | "key-missing"
    | "unparsable"
    | "key-unparsable"
    | "key-mismatch"
    | "chain-missing"
    | "chain-mismatch"
    | "chain-incomplete"
    | "names-differ"
    | "key-differs"
    | "issuer-differs"
    | "expired"
    | "in-renewal-window"
    | "forced";
  /** The reason as a sentence, for people. */
  readonly detail: string;
}

/** Why a service must act. */
export interface PendingJson {
  /** The reason. */
  readonly reason: "deployed" | "pending" | "forced";
  /** The reason as a sentence, for people. */
  readonly detail: string;
}

/** A due action that waits for a maintenance window. */
export interface WaitJson {
  /** When the window opens. */
  readonly until: Date;
  /** Whether a window was missed, or an attempt in it failed. */
  readonly late: boolean;
  /** Why it waits, for people. */
  readonly detail: string;
}

/** A difference between a target and the configuration. */
export type DriftJson =
  | Missing
  | NotAFile
  | Content
  | Renewed
  | Forced
  | PendingValidation
  | Metadata;

interface OfFiles {
  /** The affected files of a bundle; absent: the whole target. */
  readonly files?: readonly string[] | undefined;
}

interface Missing extends OfFiles {
  /** The target does not exist. */
  readonly kind: "missing";
}

interface NotAFile extends OfFiles {
  /** Something else than a file is at its path. */
  readonly kind: "not-a-file";
  /** What is there. */
  readonly found: "symlink" | "directory" | "other";
}

interface Content extends OfFiles {
  /** The content differs from the store. */
  readonly kind: "content";
  /** The certificate that it holds, for people. */
  readonly from?: string | undefined;
  /** The certificate that it must hold, for people. */
  readonly to?: string | undefined;
  /** Why the content differs, if that is known, for people. */
  readonly detail?: string | undefined;
}

interface Renewed extends OfFiles {
  /** Its certificate is issued. */
  readonly kind: "renewed";
}

interface Forced extends OfFiles {
  /** The option `--force` was given. */
  readonly kind: "forced";
}

interface PendingValidation extends OfFiles {
  /** A run was interrupted before services validated it. */
  readonly kind: "pending-validation";
}

interface Metadata extends OfFiles {
  /** The owner, the group or the mode differs. */
  readonly kind: "owner" | "group" | "mode";
  /** What it has; a mode in octal. */
  readonly from: string;
  /** What it must have; a mode in octal. */
  readonly to: string;
}
