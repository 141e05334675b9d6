/** The parts of a certificate set, the formats of targets, and the renewal window. */

/** The PEM files of a stored set. */
export const PARTS = ["cert", "chain", "fullchain", "privkey", "ca"] as const;
export type Part = typeof PARTS[number];
/** A file in the store: a part of a set, or the CRLs of a trust entry, whose bundle is a `ca`. */
export type StoredPart = Part | "crl";

/**
 * The kind of a target: a stored part, a file made of parts (config/format.ts), or all parts in a
 * directory behind one symbolic link.
 */
export const TARGET_KINDS = [...PARTS, "combined", "pkcs12", "der", "bundle", "crl"] as const;
export type TargetKind = typeof TARGET_KINDS[number];
/** The kind of a target that is one file. */
export type FileKind = Exclude<TargetKind, "bundle">;

/** Which comes first in a file with certificates and private key. */
export const COMBINED_ORDERS = ["cert-first", "key-first"] as const;
export type CombinedOrder = typeof COMBINED_ORDERS[number];

/** How long before expiry a certificate is renewed: a duration, or a share of its lifetime. */
export type RenewalWindow =
  | { readonly kind: "duration"; readonly seconds: number }
  | { readonly kind: "share"; readonly percent: number };

/** The content of a target that is one file. */
export interface Format {
  readonly what: FileKind;
  /** Only for `combined`. */
  readonly order?: CombinedOrder | undefined;
  /** Absolute path of the file with the password that encrypts the private key. */
  readonly passwordFile?: string | undefined;
  /** Only for `pkcs12`: name of the entry; absent: the certificate's name. */
  readonly alias?: string | undefined;
}
