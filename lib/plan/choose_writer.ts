/**
 * Who writes a target. The runtime has no file-system calls relative to an open directory. So a user
 * who may replace an ancestor of the target could redirect a write of root. Therefore:
 *
 * - if only root and the runner may replace the ancestors, the runner writes;
 * - if one other user may, and the target must belong to that user, a process of that user writes,
 *   which can harm nobody else;
 * - root never writes into a directory that others may write to, not even a sticky one, because they
 *   could take the names beside the target;
 * - everything else is refused.
 */
import { octal } from "../text/octal.ts";
import { printable, shellWord } from "../text/quote.ts";
import type { TargetSpec } from "../config/types.ts";
import {
  type HostUsers,
  isGuarded,
  OTHER_PLACE,
  otherWriters,
  OWN_DIRECTORY,
  replacers,
  type ReplacingUser,
} from "../host/replacers.ts";
import type { Ancestor, HostUser } from "../host/types.ts";
import type { TargetObservation } from "../observe/types.ts";

/** Who writes: this process, or a process of another user. */
export type Writer =
  | { readonly kind: "own" }
  | { readonly kind: "user"; readonly by: HostUser };

export type WriterChoice = Writer | {
  readonly kind: "refused";
  /** The problem and the fix; absent if another blocker says it. */
  readonly message?: string | undefined;
  /** Nobody can replace the existing file, so it is refused only if it must be written. */
  readonly onlyToWrite?: boolean | undefined;
};

export const OWN_WRITER: Writer = { kind: "own" };

/** The group of nobody, for users whose primary group is not known. */
const NO_GROUP = 65534;

/** @param usersDirectory Text for a directory where a process of another user writes. */
export function chooseWriter(
  spec: TargetSpec,
  target: TargetObservation,
  users: HostUsers,
  usersDirectory = 'a directory of the user whom "owner" names',
): WriterChoice {
  if (spec.what === "bundle") {
    const message = unsafeBundle(target, users);
    if (message !== undefined) return refused(message);
  }
  // The usual case, kept fast for many targets.
  if (target.ancestors.every((ancestor) => isGuarded(ancestor, 0))) return OWN_WRITER;
  const open = openDirectory(target, users, usersDirectory);
  if (open !== undefined) return open;
  const owner = ownerOf(target, users.runner);
  let by: ReplacingUser | undefined;
  for (const ancestor of target.ancestors) {
    const next = ancestor.next ?? targetAsNext(target) ?? absentAsNext(ancestor, target);
    for (const replacer of replacers(ancestor, next, users)) {
      if (replacer.kind === "shared") return refused(replacer.message);
      const fact = `User "${replacer.owner}" may replace ${replacer.what}`;
      if (users.runner !== 0) return refused(`${fact}; ${OTHER_PLACE} or you`);
      if (replacer.uid !== owner) {
        if (target.owner.kind === "unknown") return { kind: "refused" };
        return refused(
          `${fact}, so "${spec.path}" must belong to that user too: ` +
            `set "owner" to "${replacer.owner}", or ${OTHER_PLACE}`,
        );
      }
      by = replacer;
    }
  }
  if (by === undefined) return OWN_WRITER;
  // That user may have made the file unreadable.
  if (target.file.kind === "unreadable") return { kind: "refused" };
  return userWriter(spec, target, by, users);
}

/** In a sticky directory others cannot replace files, but can take the names of future sets. */
function unsafeBundle({ ancestors }: TargetObservation, users: HostUsers): string | undefined {
  const last = ancestors.at(-1);
  if (last === undefined || (last.mode & 0o1000) === 0) return undefined;
  const writers = otherWriters(last, users);
  if (writers === undefined) return undefined;
  return `${writers.who} may write to "${printable(last.directory)}" (mode ${
    octal(last.mode)
  }), so root does not create ` +
    `a bundle there; ${OWN_DIRECTORY}`;
}

/** A directory of root in which others may create files, sticky or not. */
function openDirectory(
  target: TargetObservation,
  users: HostUsers,
  usersDirectory: string,
): WriterChoice | undefined {
  const last = target.ancestors.at(-1);
  if (users.runner !== 0 || last === undefined || last.uid !== 0) return undefined;
  const writers = otherWriters(last, users);
  if (writers === undefined) return undefined;
  const sticky = (last.mode & 0o1000) !== 0;
  const there = sticky ? targetAsNext(target) : undefined;
  const otherPlace = `give a path in ${usersDirectory}, or below directories that only root may ` +
    "write to";
  if (there !== undefined && there.uid !== 0) {
    // A process of that user can write it if "owner" names the user. The existing owner alone proves nothing.
    const isNamed = target.owner.kind === "given" && target.owner.id === there.uid;
    if (isNamed || target.owner.kind === "unknown") return undefined;
    return refused(
      `User "${there.owner}" may replace "${printable(there.path)}", but "owner" does not name ` +
        `that user; move the file away, and ${otherPlace}`,
    );
  }
  const directory = printable(last.directory);
  const fix = sticky ? "" : `fix: chmod ${writers.mode} ${shellWord(directory)}, or `;
  return {
    ...refused(
      `${writers.who} may write to "${directory}" (mode ${
        octal(last.mode)
      }), so root does not write a ` +
        `file there; ${fix}${otherPlace}`,
    ),
    ...(there !== undefined && { onlyToWrite: true }),
  };
}

/** In their own sticky directory, a user may replace whatever others create at the target's path. */
function absentAsNext(
  { uid, owner, mode }: Ancestor,
  { path, file, parent }: TargetObservation,
): Ancestor["next"] {
  if (uid === 0 || (mode & 0o1000) === 0) return undefined;
  return parent === "present" && file.kind === "absent" ? { path, uid, owner } : undefined;
}

function refused(message: string): Extract<WriterChoice, { kind: "refused" }> {
  return { kind: "refused", message };
}

/** Who must own the target. The owner of the existing file does not count: others may have created it. */
function ownerOf({ owner }: TargetObservation, runner: number): number {
  return owner.kind === "given" ? owner.id : runner;
}

function targetAsNext({ path, file, parent }: TargetObservation): Ancestor["next"] {
  if (parent !== "present" || file.kind !== "present") return undefined;
  return { path, uid: file.value.uid, owner: file.value.owner };
}

function userWriter(
  spec: TargetSpec,
  { ancestors }: TargetObservation,
  { uid, owner, what }: ReplacingUser,
  { ownGroups }: HostUsers,
): WriterChoice {
  const who = `User "${owner}" may replace ${what}`;
  if (spec.what === "bundle") {
    return refused(`${who}, so root does not write a bundle there; ${OTHER_PLACE}`);
  }
  const fact = `${who}, so "${spec.path}" must be written as that user`;
  const last = ancestors.at(-1);
  if (
    last !== undefined && (last.uid !== uid || (last.mode & 0o300) !== 0o300) && !isShared(last)
  ) {
    return refused(
      `${fact}, who cannot write to "${printable(last.directory)}"; ` +
        `make that user the owner of the directory, or ${OTHER_PLACE}`,
    );
  }
  // A user cannot set set-id bits for a foreign group, and root does not do it for them.
  if (((spec.mode ?? 0) & 0o6000) !== 0) {
    return refused(`${fact}, who cannot set the set-id bits; give a "mode" without them`);
  }
  return { kind: "user", by: { uid, gid: ownGroups.get(uid) ?? NO_GROUP } };
}

function isShared({ mode }: Ancestor): boolean {
  return (mode & 0o1002) === 0o1002;
}
