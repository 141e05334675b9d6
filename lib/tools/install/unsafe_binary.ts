/** Whether root may run this program, again and again, from where it lies. */
import { printable } from "../../text/printable.ts";
import { shellWord } from "../../text/shell_word.ts";
import { directoryOf } from "../../text/path.ts";
import { localOwnGroups } from "../../host/local_accounts.ts";
import { AncestorFinder } from "../../host/path_ancestors.ts";
import { isRoots, otherWriters } from "../../host/replacers.ts";
import type { Ancestor } from "../../host/types.ts";

/** Where a program of the host's administrator belongs (hier(7)). */
const PLACE = "/usr/local/bin/vcm";

/**
 * Who beside root may put another program in its place, and the remedy; undefined: nobody may.
 * Access control lists beyond the mode are not looked at.
 *
 * @param binary Absolute, and no link. Needs read permission for all that is on the way.
 */
export function unsafeBinary(binary: string): string | undefined {
  const users = { runner: 0, ownGroups: localOwnGroups() };
  const { uid, gid, mode } = Deno.lstatSync(binary);
  const file = { path: binary, uid: uid ?? 0, owner: String(uid ?? 0) };
  const ancestors =
    new AncestorFinder(0, { ownerName: String }).find(directoryOf(binary)).ancestors;
  for (const ancestor of ancestors) {
    const open = { ...ancestor, next: ancestor.next ?? file };
    if (isRoots(open)) continue;
    const { directory, uid, mode } = ancestor;
    if (uid !== 0) return refusal(binary, ownedBy(ancestor), directory);
    // In a sticky directory only the owner of what lies in it may replace it (inode(7)).
    if ((mode & 0o1000) !== 0) return refusal(binary, ownedBy(open.next), open.next.path);
    const writers = otherWriters(ancestor, users);
    return refusal(binary, `${writers?.who} may write to`, directory, writers?.cure);
  }
  const self = { directory: binary, uid: file.uid, gid: gid ?? 0, owner: file.owner };
  const ancestor: Ancestor = { ...self, mode: (mode ?? 0) & 0o7777 };
  if (file.uid !== 0) return refusal(binary, ownedBy(file), binary);
  const writers = otherWriters(ancestor, users);
  return writers && refusal(binary, `${writers.who} may write to`, binary, writers.cure);
}

function ownedBy({ owner }: { readonly owner: string }): string {
  return `User "${owner}" owns`;
}

/** @param cure A mode for chmod; absent: root has to own it. */
function refusal(binary: string, who: string, path: string, cure?: string): string {
  const mend = `${cure === undefined ? "chown root" : `chmod ${cure}`} ${shellWord(path)}`;
  const other = binary === PLACE
    ? `end that by "${mend}"`
    : `copy it by "install -m 755 ${shellWord(binary)} ${PLACE}" and run "${PLACE} install", ` +
      `or end that by "${mend}"`;
  return `Root must not run "${printable(binary)}": ${who} "${printable(path)}" and can ` +
    `replace it; ${other}`;
}
