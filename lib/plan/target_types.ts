/** How targets differ from what is desired, and how they are written. Plain data only. */
import type { Format, Part } from "../certificate/types.ts";
import type { HostUser } from "../host/types.ts";

/** One difference between a target and the configuration. */
export type Drift = Difference & {
  /** The affected files of a bundle; absent: the whole target. */
  readonly files?: readonly string[];
};

export type Difference =
  | { readonly kind: "missing" }
  | { readonly kind: "not-a-file"; readonly found: "symlink" | "directory" | "other" }
  /** From which certificate to which, if it holds another one; otherwise why, if known. */
  | {
    readonly kind: "content";
    readonly from?: string;
    readonly to?: string;
    readonly detail?: string;
  }
  /** What is new, if it is not a certificate from the server. */
  | { readonly kind: "renewed"; readonly detail?: string }
  | { readonly kind: "forced" }
  /** A run was interrupted before its services validated it. */
  | { readonly kind: "pending-validation" }
  | { readonly kind: "owner"; readonly from: string; readonly to: string }
  | { readonly kind: "group"; readonly from: string; readonly to: string }
  | { readonly kind: "mode"; readonly from: string; readonly to: string };

/** Owner and group of a new file; absent: those of the process that writes it. */
export type FileOwners = Readonly<Partial<HostUser>>;

/** How a file is written. */
export interface FileAttributes extends FileOwners {
  readonly mode: number;
  /** Entries of the ACL that it gets after that, one a line; they include its final mode. */
  readonly acl?: string | undefined;
}

/** What files and bundles have in common. The plan decides owner, group and mode, not the writer. */
interface CommonTargetStep extends FileOwners {
  readonly path: string;
  readonly mode: number;
  readonly drift: readonly Drift[];
  /** Other differences between the new file and the old one; absent: none. */
  readonly changes?: readonly Drift[] | undefined;
  readonly createDirs: boolean;
}

/** One file to write. */
export interface FileStep extends CommonTargetStep, FileAttributes, Format {
  /** Written as this user, who may replace directories above it; `uid` and `gid` are then set. */
  readonly by?: HostUser | undefined;
  /** Write into the existing file. */
  readonly inPlace?: boolean | undefined;
  /** It replaces a bundle, whose directories are removed. */
  readonly endsBundle?: boolean | undefined;
  readonly acls?: undefined;
}

type FileOnly = "order" | "passwordFile" | "alias" | "by" | "inPlace" | "endsBundle" | "acl";

/** One bundle to write. Only the runner writes bundles. */
export interface BundleStep extends CommonTargetStep, Partial<Record<FileOnly, never>> {
  readonly what: "bundle";
  /** The mode of each file. */
  readonly modes: Readonly<Record<Part, number>>;
  /** Owner and group of each file. */
  readonly owners: Readonly<Record<Part, FileOwners>>;
  /** The ACL of each file that gets one; absent: none does. */
  readonly acls?: Readonly<Partial<Record<Part, string>>> | undefined;
}

export type TargetStep = FileStep | BundleStep;
