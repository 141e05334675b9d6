/** What is done to a target and to what lies beside it, as orders that are plain data. */

/** Text or bytes, as one line of JSON can hold them. */
export interface FileContent {
  readonly encoding: "utf8" | "base64";
  readonly data: string;
}

/** A file that is to take the place of a target. */
export interface NewFile {
  /** The target; the file is made beside it. */
  readonly path: string;
  readonly content: FileContent;
  /** Absent: that of the process, as is `gid`. What lies at the path decides neither. */
  readonly uid?: number;
  readonly gid?: number;
  readonly mode: number;
  readonly createDirs: boolean;
}

export type FileOrder =
  /** Make the new file, whole and synced, in the place of what an interrupted run left. */
  | { readonly do: "make"; readonly file: NewFile }
  /** Keep the target beside itself; answers whether there is one. */
  | { readonly do: "keep"; readonly path: string; readonly inPlace: boolean }
  /** Rename the new file over the target, or write it through the target. */
  | { readonly do: "replace"; readonly path: string; readonly inPlace: boolean }
  /** Rename what was kept over the target, or write it through it, or remove the target where nothing was; synced. */
  | {
    readonly do: "put-back";
    readonly path: string;
    readonly kept: boolean;
    readonly inPlace: boolean;
  }
  /** Remove a file; that it is not there is no error. */
  | { readonly do: "remove"; readonly path: string }
  /** Make renames and removals in a folder last. */
  | { readonly do: "sync"; readonly folder: string };

/**
 * Carries out an order as a user of the host. What it answers means something only where the order
 * says so. Throws the system's error, or an Error whose message is plain words.
 */
export type Hand = (order: FileOrder) => Promise<boolean>;
