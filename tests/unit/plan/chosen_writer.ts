/** Who is chosen to write a target: set-ups. */
import assert from "node:assert/strict";
import { chooseWriter } from "../../../lib/plan/choose_writer.ts";
import type { HostUsers } from "../../../lib/host/replacers.ts";
import type { Ancestor } from "../../../lib/host/types.ts";
import type { FileObservation } from "../../../lib/observe/types.ts";
import { ABSENT, makeSeen, makeTarget } from "../../support/fixtures.ts";

export const PATH = "/srv/pg/web.crt";
export const ROOT: HostUsers = { runner: 0, ownGroups: new Map([[26, 260], [1000, 1000]]) };
export const ELSE = "use a path below directories that are writable only by root";
/** What is said where root would write beside what others may put there. */
export const ROUND =
  'give a path in a directory of the user whom "owner" names, or below directories that ' +
  "only root may write to";
export const PG = { kind: "given", name: "postgres", id: 26 } as const;

/** A directory on the way that leads on to the next one. */
export function ancestor(
  directory: string,
  uid: number,
  mode: number,
  more: Partial<Ancestor> = {},
): Ancestor {
  return { directory, uid, gid: uid, owner: uid === 26 ? "postgres" : String(uid), mode, ...more };
}

/** What is chosen for a target in `/srv/pg`, which is as the change has it, in directories of root. */
export function chosen(
  last: Partial<Ancestor>,
  seen: Partial<FileObservation> = {},
  users: HostUsers = ROOT,
) {
  const ancestors = [
    ancestor("/", 0, 0o755, { next: { path: "/srv", uid: 0, owner: "root" } }),
    ancestor("/srv", 0, 0o755, { next: { path: "/srv/pg", uid: last.uid ?? 0, owner: "x" } }),
    { ...ancestor("/srv/pg", last.uid ?? 0, 0o755), ...last },
  ];
  return chooseWriter(
    makeTarget({ path: PATH }),
    makeSeen({ path: PATH, file: ABSENT, ancestors, ...seen }),
    users,
  );
}

export function refusal(...args: Parameters<typeof chosen>): string {
  const choice = chosen(...args);
  assert.ok(choice.kind === "refused", JSON.stringify(choice));
  return choice.message ?? "";
}
