/** Whether nobody but root and the runner can change what the store holds. */
import { type HostUsers, replacers } from "../host/replacers.ts";
import { irregular, observePermitted } from "../host/read.ts";
import type { Ancestor } from "../host/types.ts";
import { lockFile, pendingDirectory } from "./store_paths.ts";

/** Why the store cannot be used as it is. Undefined also if it does not exist. */
export function storeProblem(certStore: string): string | undefined {
  return directoryFault(certStore, Deno.statSync) ??
    directoryFault(pendingDirectory(certStore), Deno.lstatSync) ??
    irregular(lockFile(certStore));
}

/** Who may write to a directory of the store could plant keys and links there. */
export function directoryFault(directory: string, look: typeof Deno.statSync): string | undefined {
  const found = observePermitted(directory, () => look(directory));
  if (found.kind !== "present") return found.kind === "absent" ? undefined : found.problem;
  const { uid, mode, isSymlink } = found.value;
  if (isSymlink) return `"${directory}" is a symbolic link; remove it`;
  const me = Deno.uid();
  if (uid !== 0 && uid !== me) {
    return `The store "${directory}" belongs to user ${uid}, who could change what is deployed from ` +
      `it; fix: chown -R ${me} "${directory}"`;
  }
  if (((mode ?? 0) & 0o022) === 0) return undefined;
  return `The store "${directory}" is writable by others, who could change what is deployed from it; ` +
    `fix: chmod -R go-w "${directory}"`;
}

/** Why the place of the store is not safe: another user could put another store there. */
export function unsafeStore(
  certStore: string,
  ancestors: readonly Ancestor[],
  users: HostUsers,
): string | undefined {
  for (const ancestor of ancestors) {
    const { next } = ancestor;
    // The owner of the store itself is checked when it is locked.
    const store = next?.path === certStore ? { ...next, uid: users.runner } : next;
    for (const replacer of replacers(ancestor, store, users)) {
      if (replacer.kind === "shared") return replacer.message;
      return `User "${replacer.owner}" may replace ${replacer.what}, and with it the store ` +
        `"${certStore}"; give a "cert_store" below directories that only root` +
        (users.runner === 0 ? "" : " or you") + " may write to";
    }
  }
  return undefined;
}
