/** Facts about this host. Plain values only. */

/** The result of reading something from disk. Unreadable is a problem, never "absent". */
export type Presence<T> =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly problem: string }
  | { readonly kind: "present"; readonly value: T };

/** An owner or group of the configuration, looked up on this host. */
export type Account =
  | { readonly kind: "given"; readonly name: string; readonly id: number }
  | { readonly kind: "unknown"; readonly name: string }
  | { readonly kind: "unspecified" };

/** A user and a group of this host. */
export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

/** A directory above a target. Links are followed, and the directory of each link counts too. */
export interface Ancestor extends HostUser {
  /** Its real path. */
  readonly directory: string;
  /** Name of the owner, or the user ID if the name is not known. */
  readonly owner: string;
  /** Permission bits. */
  readonly mode: number;
  /** The entry of the directory that the path goes through; absent: the target, or nothing exists. */
  readonly next?:
    | { readonly path: string; readonly uid: number; readonly owner: string }
    | undefined;
}

/** State of a unit by systemd. */
export interface UnitState {
  readonly unit: string;
  /** `loaded`, `not-found`, `masked`, … */
  readonly load: string;
  /** `active`, `inactive`, `failed`, `reloading`, `activating`, … */
  readonly active: string;
  /** The state in the words of its kind: `running`, `exited`, `auto-restart`, `listening`, … */
  readonly sub: string;
  /** `Type=` of a service: `simple`, `notify`, `oneshot`, …; empty for other kinds. */
  readonly type: string;
  /** Time of the last state change, milliseconds since the epoch; 0 if there was none. */
  readonly changedAt: number;
  /**
   * When it last became active or, if `ranToItsEnd`, when that run began, in milliseconds since the
   * epoch; a reload does not change it.
   */
  readonly startedAt: number;
  /** `success`, or why the last reload failed. */
  readonly reloadResult: string;
  readonly canReload: boolean;
  /** A unit whose process ends by itself (`Type=oneshot`) and last succeeded, without `RemainAfterExit`. */
  readonly ranToItsEnd: boolean;
  /** How often its manager started it again after it ended. */
  readonly restarts: number;
  /** Whether it has a main process that runs, and is to run as long as the unit is up. */
  readonly hasMain: boolean;
  /** False if a condition of its last start was not met. */
  readonly conditionMet: boolean;
  /** If systemd has no such unit: one of `systemctl --user`, and its user if it is not for all. */
  readonly ofUser?: { readonly file: string; readonly user?: string | undefined };
}
