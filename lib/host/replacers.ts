/**
 * Who, besides root and the user who runs VCM, can replace what a path leads to. Access control lists
 * beyond the mode, and later mounts, are not considered.
 */
import { octal } from "../text/octal.ts";
import { printable, shellWord } from "../text/quote.ts";
import type { Ancestor } from "./types.ts";

/** The facts about the host's users that the checks need. */
export interface HostUsers {
  /** The user ID that runs VCM. */
  readonly runner: number;
  readonly ownGroups: Pick<ReadonlyMap<number, number>, "get">;
}

/** Who can replace something; "shared": several users, or it is unknown who. */
type Replacer = ReplacingUser | { readonly kind: "shared"; readonly message: string };

export interface ReplacingUser {
  readonly kind: "user";
  readonly uid: number;
  readonly owner: string;
  /** What can be replaced, for messages. */
  readonly what: string;
}

export const OTHER_PLACE = "use a path below directories that are writable only by root";
export const OWN_DIRECTORY = "use a path in a separate directory";

/**
 * Whether only root and one user can replace the next entry of a path, by owner and mode alone:
 * a user's own group counts as any other group.
 */
export function isGuarded({ uid, mode, next }: Ancestor, user: number): boolean {
  const isTrusted = (uid: number) => uid === 0 || uid === user;
  if (!isTrusted(uid)) return false;
  // In a sticky directory only the owner of an entry can replace it (inode(7)).
  return (mode & 0o022) === 0 ||
    ((mode & 0o1000) !== 0 && next !== undefined && isTrusted(next.uid));
}

/** @param next The entry that the path goes through; in a sticky directory only its owner can replace it. */
export function replacers(
  ancestor: Ancestor,
  next: Ancestor["next"],
  users: HostUsers,
): Replacer[] {
  const { uid, owner, mode } = ancestor;
  const directory = printable(ancestor.directory);
  const found: Replacer[] = [];
  const isTrusted = (uid: number) => uid === 0 || uid === users.runner;
  if (!isTrusted(uid)) found.push({ kind: "user", uid, owner, what: `anything in "${directory}"` });
  const writers = otherWriters(ancestor, users);
  if (writers === undefined) return found;
  // In a sticky directory only the owner of an entry can replace it (inode(7)).
  const sticky = (mode & 0o1000) !== 0;
  if (sticky && next !== undefined) {
    if (isTrusted(next.uid)) return found;
    return [...found, { kind: "user", ...next, what: `"${printable(next.path)}"` }];
  }
  const fix = sticky
    ? OWN_DIRECTORY
    : `chmod ${writers.mode} ${shellWord(directory)}, or ${OTHER_PLACE}`;
  const message =
    `${writers.who} may write to "${directory}" (mode ${octal(mode)}), and so replace ` +
    `what VCM writes there; fix: ${fix}`;
  return [...found, { kind: "shared", message }];
}

/** Who, besides its owner, can write to a directory; a user's own group counts as that user. */
export function otherWriters({ uid, gid, mode }: Ancestor, users: HostUsers) {
  if ((mode & 0o002) !== 0) return { who: "Every user", mode: "o-w" };
  if ((mode & 0o020) === 0 || (uid !== 0 && users.ownGroups.get(uid) === gid)) return undefined;
  return { who: `Group ${gid}`, mode: "g-w" };
}
