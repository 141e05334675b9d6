/**
 * By whose hand a target is written. The runtime has no file-system calls relative to an open
 * directory, so between a look and a write whoever may replace a directory on the way could lead root
 * elsewhere. Therefore:
 *
 * - where only root (and the runner) may replace what is on the way, the runner writes;
 * - where one other user may, and the target is to belong to just that user, root lets a process of
 *   that user write, which can harm nobody else;
 * - root itself writes nothing into a directory that others may write to, not even a sticky one: they
 *   could take the names beside the target;
 * - everything else is refused.
 */
import { octal } from "../text/octal.ts";
import { printable } from "../text/printable.ts";
import { shellWord } from "../text/shell_word.ts";
import type { TargetSpec } from "../config/types.ts";
import {
  type HostUsers,
  isRoots,
  OTHER_PLACE,
  otherWriters,
  OWN_DIRECTORY,
  replacers,
  type ReplacingUser,
} from "../host/replacers.ts";
import type { Ancestor, HostUser } from "../host/types.ts";
import type { TargetObservation } from "../observe/types.ts";

export interface OwnWriter {
  readonly kind: "own";
}

export interface UserWriter {
  readonly kind: "user";
  readonly by: HostUser;
}

export type WriterChoice = OwnWriter | UserWriter | {
  readonly kind: "refused";
  /** What is wrong, and the remedy; absent where that is said already. */
  readonly message?: string;
  /** Nobody can replace the target that is there: it is refused only if it has to be written. */
  readonly onlyToWrite?: boolean;
};

export const OWN_WRITER: OwnWriter = { kind: "own" };

/** The group of nobody, for users whose own group is not known. */
const NO_GROUP = 65534;

/** @param usersDirectory A directory in which a process of another user writes, for people. */
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
  // The usual way is judged quickly, however many targets there are.
  if (target.ancestors.every((ancestor) => isRoots(ancestor))) return OWN_WRITER;
  const open = openDirectory(target, users, usersDirectory);
  if (open !== undefined) return open;
  const owner = ownerOf(target, users.runner);
  let by: ReplacingUser | undefined;
  for (const ancestor of target.ancestors) {
    const next = ancestor.next ?? targetAsNext(target) ?? ownersName(ancestor, target);
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
  // What makes a file unreadable may be that user.
  if (target.file.kind === "unreadable") return { kind: "refused" };
  return userWriter(spec, target, by, users);
}

/** In a sticky directory others cannot replace what lies there, but take the names of sets to come. */
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

/** A directory of root's in which others may take names, sticky or not. */
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
    // One that is another user's, a process of that user can write. Whoever put it there proves nothing.
    const isNamed = target.owner.kind === "given" && target.owner.id === there.uid;
    if (isNamed || target.owner.kind === "unknown") return undefined;
    return refused(
      `User "${there.owner}" may replace "${printable(there.path)}", but "owner" does not name ` +
        `that user; move the file away, and ${otherPlace}`,
    );
  }
  const directory = printable(last.directory);
  const fix = sticky ? "" : `fix: chmod ${writers.cure} ${shellWord(directory)}, or `;
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

/** In a sticky directory of its own, a user may replace whatever others put in the target's place. */
function ownersName(
  { uid, owner, mode }: Ancestor,
  { path, file, parent }: TargetObservation,
): Ancestor["next"] {
  if (uid === 0 || (mode & 0o1000) === 0) return undefined;
  return parent === "present" && file.kind === "absent" ? { path, uid, owner } : undefined;
}

function refused(message: string): Extract<WriterChoice, { kind: "refused" }> {
  return { kind: "refused", message };
}

/** Whose the target is to be: whose the file is that lies there says nothing, as others may put it there. */
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
  // A user cannot give set-id bits for a group of others, and root does not.
  if (((spec.mode ?? 0) & 0o6000) !== 0) {
    return refused(`${fact}, who cannot set the set-id bits; give a "mode" without them`);
  }
  return { kind: "user", by: { uid, gid: ownGroups.get(uid) ?? NO_GROUP } };
}

function isShared({ mode }: Ancestor): boolean {
  return (mode & 0o1002) === 0o1002;
}
