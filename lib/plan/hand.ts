/**
 * By whose hand a target is written. The runtime has no file-system calls relative to an open
 * folder, so between a look and a write whoever may replace a folder on the way could lead root
 * elsewhere. Therefore:
 *
 * - where only root (and the runner) may replace what is on the way, the runner writes;
 * - where one other user may, and the target is to belong to just that user, root lets a process of
 *   that user write, which can harm nobody else;
 * - everything else is refused.
 *
 * Not seen: access control lists beyond the mode, and mounts that are made later.
 */
import { octal } from "../config/octal.ts";
import { shellWord } from "../config/shell_word.ts";
import type { TargetSpec } from "../config/types.ts";
import type { HostUser, Passage, TargetObservation } from "./types.ts";

export interface OwnHand {
  readonly kind: "own";
}

export interface UsersHand {
  readonly kind: "user";
  readonly by: HostUser;
}

export type HandChoice = OwnHand | UsersHand | {
  readonly kind: "refused";
  /** What is wrong, and the remedy. */
  readonly message: string;
};

export const OWN_HAND: OwnHand = { kind: "own" };

/** Users of the host, as they count for the choice. */
export interface HostUsers {
  /** Number of the user who runs this. */
  readonly runner: number;
  readonly ownGroups: ReadonlyMap<number, number>;
}

/** The group of nobody, for users whose own group is not known. */
const NO_GROUP = 65534;

/** Somebody beside root and the runner who may put something else into a folder on the way. */
type Replacer = Somebody | { readonly kind: "shared"; readonly message: string };

interface Somebody {
  readonly kind: "user";
  readonly uid: number;
  readonly owner: string;
  /** What may be replaced. */
  readonly what: string;
}

export function chooseHand(
  spec: TargetSpec,
  target: TargetObservation,
  users: HostUsers,
): HandChoice {
  // The usual way is judged quickly, however many targets there are.
  if (target.way.every((passage) => isRoots(passage))) return OWN_HAND;
  // That the owner is not known, or the file not readable, is said already.
  if (target.owner.kind === "unknown" || target.file.kind === "unreadable") return OWN_HAND;
  const owner = ownerOf(target, users.runner);
  let by: Somebody | undefined;
  for (const passage of target.way) {
    const next = passage.next ?? targetAsNext(target);
    for (const replacer of replacers(passage, next, users)) {
      if (replacer.kind === "shared") return refused(replacer.message);
      const fact = `User "${replacer.owner}" may replace ${replacer.what}`;
      if (users.runner !== 0) return refused(`${fact}; ${OTHER_PLACE} or you`);
      if (replacer.uid !== owner) {
        return refused(
          `${fact}, so "${spec.path}" has to belong to that user too: ` +
            `set "owner" to "${replacer.owner}", or ${OTHER_PLACE}`,
        );
      }
      by = replacer;
    }
  }
  return by === undefined ? OWN_HAND : usersHand(spec, target, by, users);
}

/**
 * Why the store is not safe where it is: root alone writes there, and reads keys from there. The
 * store itself is judged when it is locked.
 */
export function storeHazard(
  certStore: string,
  way: readonly Passage[],
  users: HostUsers,
): string | undefined {
  for (const passage of way) {
    const { next } = passage;
    const store = next?.path === certStore ? { ...next, uid: users.runner } : next;
    for (const replacer of replacers(passage, store, users)) {
      if (replacer.kind === "shared") return replacer.message;
      return `User "${replacer.owner}" may replace ${replacer.what}, and so the store ` +
        `"${certStore}"; give a "cert_store" below folders that nobody may write to but root` +
        (users.runner === 0 ? "" : " or you");
    }
  }
  return undefined;
}

const OTHER_PLACE = "give a path below folders that nobody may write to but root";

function refused(message: string): HandChoice {
  return { kind: "refused", message };
}

/** Whether nobody but root may replace what lies in a folder. */
function isRoots({ uid, mode, next }: Passage): boolean {
  return uid === 0 && ((mode & 0o022) === 0 || ((mode & 0o1000) !== 0 && next?.uid === 0));
}

/** Whose the target is to be. */
function ownerOf({ owner, file }: TargetObservation, runner: number): number {
  if (owner.kind === "given") return owner.id;
  return file.kind === "present" && file.value.type === "file" ? file.value.uid : runner;
}

function targetAsNext({ path, file, parent }: TargetObservation): Passage["next"] {
  if (parent !== "present" || file.kind !== "present") return undefined;
  return { path, uid: file.value.uid, owner: file.value.owner };
}

function replacers(passage: Passage, next: Passage["next"], users: HostUsers): Replacer[] {
  const { folder, uid, owner, mode } = passage;
  const found: Replacer[] = [];
  const harmless = (uid: number) => uid === 0 || uid === users.runner;
  if (!harmless(uid)) found.push({ kind: "user", uid, owner, what: `what lies in "${folder}"` });
  const writers = otherWriters(passage, users);
  if (writers === undefined) return found;
  // In a sticky folder only the owner of what lies in it may replace it (inode(7)).
  const sticky = (mode & 0o1000) !== 0;
  if (sticky && next !== undefined) {
    if (harmless(next.uid)) return found;
    return [...found, { kind: "user", ...next, what: `"${next.path}"` }];
  }
  const remedy = sticky
    ? "give a path in a folder of its own"
    : `end that by "chmod ${writers.cure} ${shellWord(folder)}", or ${OTHER_PLACE}`;
  const message = `${writers.who} may write to "${folder}" (mode ${octal(mode)}), and so replace ` +
    `what VCM writes there; ${remedy}`;
  return [...found, { kind: "shared", message }];
}

/** Who may write to a folder beside its owner; a user's own group is as good as that user. */
function otherWriters({ uid, gid, mode }: Passage, { ownGroups }: HostUsers) {
  if ((mode & 0o002) !== 0) return { who: "Every user", cure: "o-w" };
  if ((mode & 0o020) === 0 || (uid !== 0 && ownGroups.get(uid) === gid)) return undefined;
  return { who: `Group ${gid}`, cure: "g-w" };
}

function usersHand(
  spec: TargetSpec,
  { way }: TargetObservation,
  { uid, owner, what }: Somebody,
  { ownGroups }: HostUsers,
): HandChoice {
  const who = `User "${owner}" may replace ${what}`;
  if (spec.what === "bundle") {
    return refused(`${who}, and root writes no bundle where somebody else may; ${OTHER_PLACE}`);
  }
  const fact = `${who}, so "${spec.path}" is written as that user`;
  const last = way.at(-1);
  if (
    last !== undefined && (last.uid !== uid || (last.mode & 0o300) !== 0o300) && !isShared(last)
  ) {
    return refused(
      `${fact}, who may not write to "${last.folder}"; ` +
        `give that folder to the user, or ${OTHER_PLACE}`,
    );
  }
  // A user cannot give set-id bits for a group of others, and root does not.
  if (((spec.mode ?? 0) & 0o6000) !== 0) {
    return refused(`${fact}, and gets no set-id bits then; give a "mode" without them`);
  }
  return { kind: "user", by: { uid, gid: ownGroups.get(uid) ?? NO_GROUP } };
}

function isShared({ mode }: Passage): boolean {
  return (mode & 0o1002) === 0o1002;
}
