import { type HostUsers, replacers } from "../host/replacers.ts";
import type { Ancestor } from "../host/types.ts";

/**
 * Why the store is not safe where it is: root alone writes there, and reads keys from there. The
 * store itself is judged when it is locked.
 */
export function unsafeStore(
  certStore: string,
  ancestors: readonly Ancestor[],
  users: HostUsers,
): string | undefined {
  for (const ancestor of ancestors) {
    const { next } = ancestor;
    const store = next?.path === certStore ? { ...next, uid: users.runner } : next;
    for (const replacer of replacers(ancestor, store, users)) {
      if (replacer.kind === "shared") return replacer.message;
      return `User "${replacer.owner}" may replace ${replacer.what}, and thereby the store ` +
        `"${certStore}"; give a "cert_store" below directories that only root` +
        (users.runner === 0 ? "" : " or you") + " may write to";
    }
  }
  return undefined;
}
