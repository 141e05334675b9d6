/**
 * Owner, group, mode and ACL of a file that is written: each as configured, otherwise that of the file
 * it replaces, otherwise the default. The plan decides them, not what is there at the time of writing.
 */
import type { TargetKind } from "../certificate/types.ts";
import { defaultMode, holdsKey } from "../config/format.ts";
import type { TargetSpec } from "../config/types.ts";
import type { Acl } from "../host/acl.ts";
import type { Account, HostUser, Presence } from "../host/types.ts";
import type { TargetFile, TargetObservation } from "../observe/types.ts";
import { octal } from "../text/octal.ts";
import type { Drift, FileAttributes, FileOwners } from "./target_types.ts";

/** What a file that is written has in the end. */
export interface Attributes extends FileOwners {
  /** Permission bits, as `stat` shows them. */
  readonly mode: number;
  /** Entries of its ACL; absent: the mode says all, or the file inherits one. */
  readonly acl?: string;
}

/**
 * @param what Kind of the target, or the part of a bundle.
 * @param by The user who writes it, if not the runner.
 */
export function attributesOf(
  spec: Pick<TargetSpec, "mode">,
  what: TargetKind,
  target: Pick<TargetObservation, "owner" | "group" | "ancestors" | "parent">,
  file: Presence<TargetFile>,
  by?: HostUser,
): Attributes {
  const { owner, group } = target;
  const kept = keptFile(file, by);
  const uid = by?.uid ?? (owner.kind === "given" ? owner.id : kept?.uid);
  const gid = group.kind === "given" ? group.id : kept?.gid ?? (by && inheritedGroup(target, by));
  const mode = desiredMode(spec, what, kept);
  const acl = kept?.acl && aclOf(mode, kept.mode, kept.acl);
  return {
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    mode,
    ...(acl !== undefined && { acl }),
  };
}

/** In another user's directory, others could put a file there, so only the user's own file counts. */
function keptFile(file: Presence<TargetFile>, by: HostUser | undefined): TargetFile | undefined {
  if (file.kind !== "present" || file.value.type !== "file") return undefined;
  return by === undefined || file.value.uid === by.uid ? file.value : undefined;
}

/** As the kernel does it: a new file gets the group of a set-group-ID directory. */
function inheritedGroup(
  { ancestors }: Pick<TargetObservation, "ancestors">,
  by: HostUser,
): number {
  const last = ancestors.at(-1);
  return last !== undefined && (last.mode & 0o2000) !== 0 ? last.gid : by.gid;
}

/** Permission bits of a target; without `mode`, a private key loses the rights of others. */
export function desiredMode(
  { mode }: Pick<TargetSpec, "mode">,
  what: TargetKind,
  kept: TargetFile | undefined,
): number {
  if (mode !== undefined) return mode;
  if (kept === undefined) return defaultMode(what);
  if (!holdsKey(what)) return kept.mode & 0o777;
  // The group bits may be the mask of an ACL, and the group itself have no rights.
  return kept.mode & (kept.acl?.kind === "unknown" ? 0o700 : 0o770);
}

/** @param before The mode of the file with the ACL. */
function aclOf(mode: number, before: number, acl: Acl): string | undefined {
  if (acl.kind === "unknown" || (acl.kind === "none" && !acl.inherits)) return undefined;
  const [owner, group, others] = [mode >> 6, mode >> 3, mode].map(rights);
  const base = [`user::${owner}`, `other::${others}`];
  const flags = (mode & 0o7000) === 0 ? [] : [`# flags: ${setIds(mode)}`];
  if (acl.kind === "none") return [...flags, ...base, `group::${group}`].join("\n");
  // As chmod does, the mode sets the mask. If it changes, it is meant for the group, too.
  const own = ((mode ^ before) & 0o070) === 0 ? acl.group : group;
  return [...flags, ...base, `group::${own}`, `mask::${group}`, ...acl.named].join("\n");
}

function rights(bits: number): string {
  return letters(bits, "rwx");
}

/** As getfacl writes them. */
function setIds(mode: number): string {
  return letters(mode >> 9, "sst");
}

function letters(bits: number, [first, second, third]: Iterable<string> & string): string {
  return `${bits & 4 ? first : "-"}${bits & 2 ? second : "-"}${bits & 1 ? third : "-"}`;
}

/** How a step writes a file: with an ACL, only its owner has rights until the ACL is set. */
export function writtenAs({ acl, mode, ...owners }: Attributes): FileAttributes {
  return acl === undefined ? { ...owners, mode } : { ...owners, mode: mode & 0o7700, acl };
}

/** Owner, group and mode of the existing file that change although they are no drift; absent: none. */
export function changesBesides(
  drift: readonly Drift[],
  { uid, gid, mode }: Attributes,
  { owner, group }: Pick<TargetObservation, "owner" | "group">,
  file: Presence<TargetFile>,
): readonly Drift[] | undefined {
  if (file.kind !== "present" || file.value.type !== "file") return undefined;
  const old = file.value;
  const nameOf = (id: number, account: Account) =>
    account.kind === "given" ? account.name : String(id);
  const changes: Drift[] = [];
  if (uid !== undefined && uid !== old.uid) {
    changes.push({ kind: "owner", from: old.owner, to: nameOf(uid, owner) });
  }
  if (gid !== undefined && gid !== old.gid) {
    changes.push({ kind: "group", from: old.group, to: nameOf(gid, group) });
  }
  if (mode !== old.mode) changes.push({ kind: "mode", from: octal(old.mode), to: octal(mode) });
  const others = changes.filter(({ kind }) => drift.every((known) => known.kind !== kind));
  return others.length === 0 ? undefined : others;
}
