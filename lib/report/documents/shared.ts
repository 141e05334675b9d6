/** What several documents have in common. A type marked `@internal` has no name in the schema. */

/** What all documents begin with. */
export interface Head {
  /** Version of the layout; it changes if a key changes its meaning or is removed. */
  readonly layout: 1;
}

/**
 * A whole number.
 *
 * @internal
 * @asType integer
 * @minimum 0
 */
export type Count = number;

/**
 * Permission bits.
 *
 * @internal
 * @asType integer
 * @minimum 0
 * @maximum 4095
 */
export type Mode = number;

/**
 * The files of a certificate set.
 *
 * @internal
 */
export type PartJson = "cert" | "chain" | "fullchain" | "privkey" | "ca";

/**
 * What a target holds.
 *
 * @internal
 */
export type TargetKindJson =
  | "cert"
  | "chain"
  | "fullchain"
  | "privkey"
  | "ca"
  | "crl"
  | "combined"
  | "pkcs12"
  | "der"
  | "bundle";

/** @internal */
export interface OfCertificate {
  /** Name of the certificate. */
  readonly certificate: string;
}

/** A user and a group of this host. */
export interface UserJson {
  /** User ID. */
  readonly uid: Count;
  /** Group ID. */
  readonly gid: Count;
}

/** Algorithms of a certificate, and the key of its issuer. */
export interface InventoryJson {
  /** Type and size of its key, as `key_type` has it if possible. */
  readonly keyType: string;
  /** With which its issuer signed it, such as `ecdsa-with-SHA256`. */
  readonly signatureAlgorithm: string;
  /** Identifier of its issuer's key, lower-case hexadecimal with colons, if it has one. */
  readonly issuerKey?: string | undefined;
}

/** Why a certificate is to be issued. */
export interface DueJson {
  /** The reason. */
  readonly reason:
    | "revocation-pending"
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
    | "issued-before"
    | "revoked"
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
  /** Whether a window was missed or an attempt failed. */
  readonly late: boolean;
  /** Why it waits, for people. */
  readonly detail: string;
}

/** A difference between a target and the configuration. */
export type DriftJson =
  & {
    /** The affected files of a bundle; absent: the whole target. */
    readonly files?: readonly string[] | undefined;
  }
  & (
    | {
      /** The target does not exist. */
      readonly kind: "missing";
    }
    | {
      /** Something else than a file is at its path. */
      readonly kind: "not-a-file";
      /** What is there. */
      readonly found: "symlink" | "directory" | "other";
    }
    | {
      /** The content differs from the store. */
      readonly kind: "content";
      /** The certificate that it holds, for people. */
      readonly from?: string | undefined;
      /** The certificate that it must hold, for people. */
      readonly to?: string | undefined;
      /** Why the content differs, if that is known, for people. */
      readonly detail?: string | undefined;
    }
    | {
      /** Its certificate is issued, or its trust entry is fetched. */
      readonly kind: "renewed";
      /** What is new, if it is not a certificate from the server, for people. */
      readonly detail?: string | undefined;
    }
    | {
      /** The option `--force` was given. */
      readonly kind: "forced";
    }
    | {
      /** A run was interrupted before services validated it. */
      readonly kind: "pending-validation";
    }
    | {
      /** The owner, the group or the mode differs. */
      readonly kind: "owner" | "group" | "mode";
      /** What it has; a mode in octal. */
      readonly from: string;
      /** What it must have; a mode in octal. */
      readonly to: string;
    }
  );
