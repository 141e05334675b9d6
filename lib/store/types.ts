/** What is known of a certificate set in the store. Plain values only. */
import type { Certificate } from "../certificate/certificate.ts";
import type { ChainEnd } from "../certificate/stored_chain.ts";
import type { HostUser, Presence } from "../host/types.ts";
import type { KnownPaths } from "../certificate/chain_paths.ts";

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

/** What went wrong with a record in the store, and stops nothing. */
export type StoreProblem =
  | {
    readonly kind: "failed";
    readonly step: "service";
    readonly subject: string;
    readonly message: string;
  }
  | { readonly kind: "warning"; readonly subject: string; readonly message: string };

export type Tell = (problem: StoreProblem) => void;
