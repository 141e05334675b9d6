/** What is known of things on this host. Plain values only. */

/** What is known of one thing on disk. Unreadable is a problem of its own, never "absent". */
export type Presence<T> =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly problem: string }
  | { readonly kind: "present"; readonly value: T };

/** An owner or group of the file, looked up on this host. */
export type Account =
  | { readonly kind: "given"; readonly name: string; readonly id: number }
  | { readonly kind: "unknown"; readonly name: string }
  | { readonly kind: "unspecified" };

/** A user and a group of this host, by their numbers. */
export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

/** A directory on the way to a target. Links are followed: the directory of each one is on the way too. */
export interface Ancestor extends HostUser {
  /** Without links. */
  readonly directory: string;
  /** Name of the owner where it is known, else the digits of its number. */
  readonly owner: string;
  /** Permission bits. */
  readonly mode: number;
  /** What of the directory the way leads on to; absent: the target, or what does not exist. */
  readonly next?: { readonly path: string; readonly uid: number; readonly owner: string };
}

/** What systemd knows of a unit. */
export interface UnitState {
  readonly unit: string;
  /** `loaded`, `not-found`, `masked`, … */
  readonly load: string;
  /** `active`, `inactive`, `failed`, `reloading`, `activating`, … */
  readonly active: string;
  /** Time of the last state change, milliseconds since the epoch; 0 where there was none. */
  readonly changedAt: number;
  /**
   * Time at which it last became active, or at which its last run to its end began, milliseconds
   * since the epoch; a reload leaves it alone.
   */
  readonly startedAt: number;
  /** `success`, or why the last reload failed. */
  readonly reloadResult: string;
  readonly canReload: boolean;
  /** A unit whose process ends by itself (`Type=oneshot`), and whose last run succeeded; not one
   * that stays active after it (`RemainAfterExit`). */
  readonly ranToItsEnd: boolean;
}
