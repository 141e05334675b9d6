/** What can be done to a target and the files beside it: requests and answers, all plain data. */

/** Text or bytes, in a form that fits into JSON. */
export interface FileContent {
  readonly encoding: "utf8" | "base64";
  readonly data: string;
}

/** A file that will replace a target. */
export interface NewFile {
  /** The target; the file is created beside it. */
  readonly path: string;
  readonly content: FileContent;
  /** Absent: that of the process; so is `gid`. An existing file at the path decides neither. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly mode: number;
  readonly createDirs: boolean;
}

export type FileRequest =
  /** Create the temporary file, synced; what an interrupted run left there is removed. */
  | { readonly do: "make"; readonly file: NewFile }
  /** Keep the target beside itself; answers the kept file's identity, or `NONE` if there is no target. */
  // "acl": in place, and its mode shows the mask of an ACL, so the copy has no rights for the group.
  | { readonly do: "keep"; readonly path: string; readonly inPlace: boolean | "acl" }
  /** Rename the temporary file over the target, or write it in place. */
  | { readonly do: "replace"; readonly path: string; readonly inPlace: boolean }
  /**
   * Rename the kept file over the target, or write it in place; or remove the target if nothing was
   * `kept`. Synced. Answers true, `NONE` if there is no kept file, or `OTHER` if another file has its name.
   */
  | {
    readonly do: "restore";
    readonly path: string;
    readonly kept: boolean;
    /** Identity of the kept file; absent in the record of an earlier version. */
    readonly identity?: string | undefined;
    readonly inPlace: boolean;
  }
  /** Remove a file if it exists. */
  | { readonly do: "remove"; readonly path: string }
  /** Make renames and removals in a directory survive a crash. */
  | { readonly do: "sync"; readonly directory: string };

/** There is no such file. */
export const NONE = "none";
/** There is another file. */
export const OTHER = "other";

/** Whether an answer is the identity of a file. */
export function isIdentity(answer: unknown): answer is string {
  return typeof answer === "string" && /^\d{1,20}:\d{1,20}:\d{1,20}$/.test(answer);
}

/** True: done; false: not a valid answer; else as the request says. */
export type WriterAnswer = boolean | string;

/** Carries out a request as some user. Throws the system's error, or Error with a message for users. */
export type Writer = (request: FileRequest) => Promise<WriterAnswer>;

/**
 * The lines of a stream, each of which is a request or an answer.
 *
 * @param longest Characters. Throws Error if a line is longer.
 */
export async function* lines(
  stream: ReadableStream<Uint8Array>,
  longest: number,
): AsyncGenerator<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream() as Decoder)) {
    const found = (text + part).split("\n");
    text = found.pop() ?? "";
    yield* found;
    if (text.length > longest) throw new Error("A line is too long");
  }
}

type Decoder = ReadableWritablePair<string, Uint8Array>;
