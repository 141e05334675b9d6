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

export type FileRequest =
  /** Make the new file, whole and synced, in the place of what an interrupted run left. */
  | { readonly do: "make"; readonly file: NewFile }
  /** Keep the target beside itself; answers which file is kept, or `NONE` where there is no target. */
  | { readonly do: "keep"; readonly path: string; readonly inPlace: boolean }
  /** Rename the new file over the target, or write it through the target. */
  | { readonly do: "replace"; readonly path: string; readonly inPlace: boolean }
  /**
   * Rename what was kept over the target, or write it through it, or remove the target where nothing
   * was; synced. Answers true, or `NONE` where nothing is kept, or `OTHER` where another file lies
   * under the kept one's name.
   */
  | {
    readonly do: "put-back";
    readonly path: string;
    readonly kept: boolean;
    /** Which file was kept; absent: a record of an earlier version does not say. */
    readonly identity?: string;
    readonly inPlace: boolean;
  }
  /** Remove a file; that it is not there is no error. */
  | { readonly do: "remove"; readonly path: string }
  /** Make renames and removals in a directory last. */
  | { readonly do: "sync"; readonly directory: string };

/** Nothing lies there. */
export const NONE = "none";
/** Something else lies there. */
export const OTHER = "other";

/** Whether an answer says which file was kept. */
export function isIdentity(answer: unknown): answer is string {
  return typeof answer === "string" && /^\d{1,20}:\d{1,20}:\d{1,20}$/.test(answer);
}

/** True: done; false: it is not known what was done; else what the order says. */
export type WriterAnswer = boolean | string;

/** Carries out an order as a user of the host. Throws the system's error, or an Error whose message is plain words. */
export type Writer = (order: FileRequest) => Promise<WriterAnswer>;
