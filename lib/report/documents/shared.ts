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
  | "combined"
  | "pkcs12"
  | "der"
  | "bundle";

/** @internal */
export interface OfCertificate {
  /** Name of the certificate. */
  readonly certificate: string;
}
