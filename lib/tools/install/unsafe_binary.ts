/** Checks whether root can safely run this program from its path. */
import { printable, shellWord } from "../../text/quote.ts";
import { directoryOf } from "../../text/path.ts";
import { localOwnGroups } from "../../host/accounts.ts";
import { AncestorFinder } from "../../host/path_ancestors.ts";
import { isGuarded, otherWriters } from "../../host/replacers.ts";
import type { Ancestor } from "../../host/types.ts";

/** The place of local programs (hier(7)). */
const PLACE = "/usr/local/bin/vcm";

/**
 * Who besides root can replace the binary, and how to fix it. Undefined: nobody. Access control
 * lists beyond the mode are ignored.
 *
 * @param binary An absolute path, not a link. Needs read permission for its ancestors.
 */
export function unsafeBinary(binary: string): string | undefined {
  const users = { runner: 0, ownGroups: localOwnGroups() };
  const { uid, gid, mode } = Deno.lstatSync(binary);
  const file = { path: binary, uid: uid ?? 0, owner: String(uid ?? 0) };
  const ancestors =
    new AncestorFinder(0, { ownerName: String }).find(directoryOf(binary)).ancestors;
  for (const ancestor of ancestors) {
    const open = { ...ancestor, next: ancestor.next ?? file };
    if (isGuarded(open, 0)) continue;
    const { directory, uid, mode } = ancestor;
    if (uid !== 0) return refusal(binary, ownedBy(ancestor), directory);
    // In a sticky directory only the owner of an entry can replace it (inode(7)).
    if ((mode & 0o1000) !== 0) return refusal(binary, ownedBy(open.next), open.next.path);
    const writers = otherWriters(ancestor, users);
    return refusal(binary, `${writers?.who} may write to`, directory, writers?.mode);
  }
  const self = { directory: binary, uid: file.uid, gid: gid ?? 0, owner: file.owner };
  const ancestor: Ancestor = { ...self, mode: (mode ?? 0) & 0o7777 };
  if (file.uid !== 0) return refusal(binary, ownedBy(file), binary);
  const writers = otherWriters(ancestor, users);
  return writers && refusal(binary, `${writers.who} may write to`, binary, writers.mode);
}

function ownedBy({ owner }: { readonly owner: string }): string {
  return `User "${owner}" owns`;
}

/** @param mode A mode for chmod. Absent: root must own the path. */
function refusal(binary: string, who: string, path: string, mode?: string): string {
  const fix = `${mode === undefined ? "chown root" : `chmod ${mode}`} ${shellWord(path)}`;
  const copy = `run "install -m 755 ${shellWord(binary)} ${PLACE}", then "${PLACE} install", or `;
  return `Root must not run "${printable(binary)}": ${who} "${
    printable(path)
  }" and can replace it; ` +
    `fix: ${binary === PLACE ? "" : copy}run "${fix}"`;
}
