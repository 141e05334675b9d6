/**
 * Who, beside root and the runner, may put something else in the place of what lies on a way. Access
 * control lists beyond the mode, and mounts that are made later, are not seen.
 */
import { octal } from "../text/octal.ts";
import { printable } from "../text/printable.ts";
import { shellWord } from "../text/shell_word.ts";
import type { Ancestor } from "./types.ts";

/** Users of the host, as they count for the choice. */
export interface HostUsers {
  /** Number of the user who runs this. */
  readonly runner: number;
  readonly ownGroups: ReadonlyMap<number, number>;
}

/** Somebody who may replace something; "shared": several may, or nobody knows who. */
export type Replacer = ReplacingUser | { readonly kind: "shared"; readonly message: string };

export interface ReplacingUser {
  readonly kind: "user";
  readonly uid: number;
  readonly owner: string;
  /** What may be replaced. */
  readonly what: string;
}

export const OTHER_PLACE = "use a path below directories that are writable only by root";
export const OWN_DIRECTORY = "use a path in a directory of its own";

/** Whether nobody but root may replace what lies in a directory. */
export function isRoots({ uid, mode, next }: Ancestor): boolean {
  return uid === 0 && ((mode & 0o022) === 0 || ((mode & 0o1000) !== 0 && next?.uid === 0));
}

/** @param next What is passed on to, which a sticky directory keeps for its owner. */
export function replacers(
  ancestor: Ancestor,
  next: Ancestor["next"],
  users: HostUsers,
): Replacer[] {
  const { uid, owner, mode } = ancestor;
  const directory = printable(ancestor.directory);
  const found: Replacer[] = [];
  const harmless = (uid: number) => uid === 0 || uid === users.runner;
  if (!harmless(uid)) found.push({ kind: "user", uid, owner, what: `anything in "${directory}"` });
  const writers = otherWriters(ancestor, users);
  if (writers === undefined) return found;
  // In a sticky directory only the owner of what lies in it may replace it (inode(7)).
  const sticky = (mode & 0o1000) !== 0;
  if (sticky && next !== undefined) {
    if (harmless(next.uid)) return found;
    return [...found, { kind: "user", ...next, what: `"${printable(next.path)}"` }];
  }
  const fix = sticky
    ? OWN_DIRECTORY
    : `chmod ${writers.cure} ${shellWord(directory)}, or ${OTHER_PLACE}`;
  const message =
    `${writers.who} may write to "${directory}" (mode ${octal(mode)}), and so replace ` +
    `what VCM writes there; fix: ${fix}`;
  return [...found, { kind: "shared", message }];
}

/** Who may write to a directory beside its owner; a user's own group is as good as that user. */
export function otherWriters({ uid, gid, mode }: Ancestor, { ownGroups }: HostUsers) {
  if ((mode & 0o002) !== 0) return { who: "Every user", cure: "o-w" };
  if ((mode & 0o020) === 0 || (uid !== 0 && ownGroups.get(uid) === gid)) return undefined;
  return { who: `Group ${gid}`, cure: "g-w" };
}
