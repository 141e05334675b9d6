/** What a certificate set consists of, what a target holds, and when a certificate is renewed. */

/** The PEM files of a stored set. */
export const PARTS = ["cert", "chain", "fullchain", "privkey", "ca"] as const;
export type Part = typeof PARTS[number];

/**
 * What a target takes: a part as it is stored, what is made of parts (config/format.ts), or all parts
 * in a directory behind one link.
 */
export const WHATS = [...PARTS, "combined", "pkcs12", "der", "bundle"] as const;
export type What = typeof WHATS[number];

/** What comes first where certificates and private key stand in one file. */
export const COMBINED_ORDERS = ["cert-first", "key-first"] as const;
export type CombinedOrder = typeof COMBINED_ORDERS[number];

/** How long before its end a certificate is renewed: a duration, or a share of its lifetime. */
export type RenewalWindow =
  | { readonly kind: "duration"; readonly seconds: number }
  | { readonly kind: "share"; readonly percent: number };

/** What a target holds. */
export interface Format {
  readonly what: What;
  /** Of `combined` only. */
  readonly order?: CombinedOrder;
  /** Absolute path of the file with the password that the private key is encrypted with. */
  readonly passwordFile?: string;
}
