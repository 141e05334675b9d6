/** Who writes the metrics: the directories of collectors often belong to another user. */
import { printable } from "../text/quote.ts";
import { directoryOf } from "../text/path.ts";
import type { TargetSpec } from "../config/types.ts";
import { chooseWriter } from "../plan/choose_writer.ts";
import type { Ancestor, HostUser } from "../host/types.ts";
import { lookUpAccounts, ownGroupsOf } from "../host/accounts.ts";
import { ABSENT, READER } from "../host/read.ts";
import { DirectoryCache, observeTarget } from "../observe/target.ts";
import { AncestorFinder } from "../host/path_ancestors.ts";

/** Where to write the metrics, and as which user. */
export type MetricsAim =
  | {
    readonly kind: "place";
    readonly path: string;
    readonly by?: HostUser;
    readonly owners?: HostUser;
  }
  | { readonly kind: "nowhere"; readonly problem: string };

/** Needs read permission for the ancestors of the path, and run permission for getent. */
export async function findMetricsPlace(path: string): Promise<MetricsAim> {
  const runner = Deno.uid() ?? 0;
  const accounts = await lookUpAccounts([], []);
  const ancestors = new AncestorFinder(runner, accounts);
  // What lies there is not read: a collector's user could keep root waiting with a pipe.
  const spec: TargetSpec = { what: "cert", path, createDirs: false, overwrite: true };
  const seen = observeTarget(spec, ABSENT, new DirectoryCache(ancestors, READER), accounts);
  const nowhere = (why: string): MetricsAim => ({
    kind: "nowhere",
    problem: `Cannot write "metrics_file" "${printable(path)}": ${why}`,
  });
  if (seen.parent !== "present") {
    return nowhere(`the directory "${directoryOf(path)}" does not exist`);
  }
  // It contains no secret: a user who can replace it may also write it.
  const owner = { kind: "given", name: "", id: writerOn(seen.ancestors, runner) } as const;
  const users = { runner, ownGroups: await ownGroupsOf(ancestors.owners) };
  const writer = chooseWriter(spec, { ...seen, owner }, users, "a directory of one user");
  if (writer.kind === "refused") return nowhere(writer.message ?? "it cannot be read");
  if (writer.kind === "user") return { kind: "place", path, by: writer.by };
  const there = seen.file.kind === "present" && seen.file.value.type === "file"
    ? { owners: { uid: seen.file.value.uid, gid: seen.file.value.gid } }
    : {};
  return { kind: "place", path, ...there };
}

function writerOn(ancestors: readonly Ancestor[], runner: number): number {
  return ancestors.find(({ uid }) => uid !== 0 && uid !== runner)?.uid ?? runner;
}
