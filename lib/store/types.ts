/** What VCM knows about a certificate set in the store. Plain values only. */
import type { Certificate } from "../certificate/certificate.ts";
import type { ChainEnd } from "../certificate/stored_chain.ts";
import type { HostUser, Presence } from "../host/types.ts";
import type { KnownPaths } from "../certificate/chain_paths.ts";
import type { Part } from "../certificate/types.ts";
import type { Weakness } from "../certificate/weakness.ts";

/** A PEM file that holds a certificate, or that cannot be parsed as one. */
export type LeafFact =
  | {
    readonly kind: "certificate";
    readonly certificate: Certificate;
    /** Type of its key; read only if the configuration asks for one. */
    readonly keyType?: string | undefined;
  }
  | { readonly kind: "unparsable"; readonly problem: string };

/** Whether a private key belongs to the stored certificate. */
export type KeyFact = "match" | "mismatch" | "unparsable";

/** Whether a stored chain file that services read is usable. */
export type ChainFact =
  | "usable"
  | "other-leaf"
  /** Programs do not load it, or not all of it. */
  | { readonly kind: "damaged"; readonly problem: string }
  /** It does not lead from the leaf to its top. */
  | { readonly kind: "incomplete"; readonly problem: string };

/** One certificate's set of files in the store. */
export interface StoredSet {
  readonly leaf: Presence<LeafFact>;
  /** "match" also if there is no leaf to compare it with, or if the runtime cannot compare the two. */
  readonly key: Presence<KeyFact>;
  /** Only files that a target needs are read; `chain` also if there is no target. */
  readonly chain: Presence<ChainFact>;
  readonly fullchain: Presence<ChainFact>;
  readonly ca: Presence<ChainFact>;
  /** When it was issued, if that is known and its validity began long before. */
  readonly issuedAt?: Date | undefined;
  /** Expiry of the chain, if it is before the leaf's. */
  readonly chainEnd?: ChainEnd | undefined;
  /** The known paths above the leaf, for each chain that was read. */
  readonly paths?: readonly KnownPaths[];
  /** Files in a form that not every program loads, although what they hold is sound, and why. */
  readonly unclean?: readonly UncleanFile[] | undefined;
  /** What clients refuse in the leaf itself. */
  readonly weakness?: Weakness | undefined;
  /** Why paths may be missing. */
  readonly pathsProblem?: string | undefined;
}

/** A file of a set that is to be rewritten in clean form. */
export interface UncleanFile {
  readonly part: Part;
  /** Such as "line 3 is blank, inside a block". */
  readonly problem: string;
}

/** A replaced target, which can be rolled back. */
export interface Replaced {
  readonly path: string;
  /** Who rolls it back, if not the runner. */
  readonly by?: HostUser;
  /** Rolled back by writing into the existing file. */
  readonly inPlace?: boolean;
  /** Whether there was a file before. */
  readonly kept: boolean;
  /** Device, inode and birth time (ms) of the kept file, as "DEVICE:INODE:MADE"; absent: unknown. */
  readonly identity?: string;
}

/** A revocation that is not finished: the server may have revoked the certificate, or not. */
export interface PendingRevocation {
  readonly serial: string;
  /** Path of the mount that issued it. */
  readonly mount: string;
  /** The configuration file of the command that began it. */
  readonly file: string;
  /** Remove its private key from the archive, too. */
  readonly forgetKey: boolean;
}

/** Answers of the server, one after the other, that issued certificates which cannot be used. */
export interface RefusedAnswer {
  /** When the last one came. */
  readonly at: Date;
  readonly count: number;
  /** Why it cannot be used, for people, without a full stop. */
  readonly reason: string;
  /** Hash of what was asked for; absent: unknown. */
  readonly entry?: string;
}

/** A problem with a record in the store that does not stop the run. */
type StoreProblem =
  | {
    readonly kind: "failed";
    readonly step: "service";
    readonly subject: string;
    readonly message: string;
  }
  | { readonly kind: "warning"; readonly subject: string; readonly message: string };

export type Tell = (problem: StoreProblem) => void;
