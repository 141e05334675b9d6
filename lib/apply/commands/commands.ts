/**
 * What the worker that writes files can ask of the worker that runs programs. A request selects an
 * action of the plan, or names a path of it; it never says what is executed.
 */
import type { HostUser } from "../../host/types.ts";
import type { Part } from "../../certificate/types.ts";
import type { FileRequest, WriterAnswer } from "../writers/writer.ts";

/** Result of a service's action, or of its validation. */
export type ActionResult =
  | { readonly kind: "done" }
  /** It is not running, and its action does not start it: it loads the files when it starts. */
  | { readonly kind: "not-active"; readonly message: string }
  | {
    readonly kind: "failed";
    readonly message: string;
    /** Its manager did not finish the action within the service's `timeout`. */
    readonly timedOut?: boolean;
  };

/** Whether a service runs. */
export type Running =
  /** `start` changes with each start. */
  | {
    readonly kind: "up";
    readonly start: string;
    /** How often its manager started it again; absent: not known. */
    readonly restarts?: number;
    /** It has a main process; absent: not known. */
    readonly hasMain?: boolean;
  }
  /** A oneshot unit that succeeded. */
  | { readonly kind: "ended" }
  /** It is starting or stopping. */
  | { readonly kind: "between"; readonly how: string }
  /** It has ended, and its manager is going to start it again. */
  | { readonly kind: "restarting"; readonly how: string; readonly restarts: number }
  | { readonly kind: "down"; readonly how: string }
  /** Its manager cannot be asked, or it has none. */
  | { readonly kind: "unknown" };

/** A directory or file of a bundle's set in use; absent `part`: the directory. */
export interface SetEntry {
  /** Name of the version directory. */
  readonly version: string;
  readonly part?: Part;
}

/** Each function throws Error with a message for users, and refuses what the plan does not name. */
export interface Commands {
  /** Carries out the action of a service, once. */
  act(service: string): Promise<ActionResult>;
  /** Runs one of the `validate` commands of a service. */
  validate(service: string, command: number): Promise<ActionResult>;
  /** Whether services run, by service. */
  observe(services: readonly string[]): Promise<ReadonlyMap<string, Running>>;
  /** Lets a process of another user carry out a request for one of that user's targets. */
  write(user: HostUser, request: FileRequest): Promise<WriterAnswer>;
  /** Creates a link to a version directory of a bundle, under the temporary name of the bundle's link. */
  linkBundle(path: string, version: string): Promise<void>;
  /** Copies the symbolic link at a target to the temporary name of its kept file. */
  copyLink(path: string): Promise<void>;
  /** Gives the temporary file of a target, or of a bundle's set, the SELinux context of what it replaces. */
  copyContext(path: string, entry?: SetEntry): Promise<void>;
  /**
   * Gives the temporary files of targets, or the files in the version directory of a bundle, the ACLs of
   * the plan, and the same to the kept file of a target that is written in place.
   */
  setAcls(
    targets: readonly { readonly path: string; readonly version?: string }[],
  ): Promise<void>;
  /** Ends the processes of other users. */
  close(): Promise<void>;
}
