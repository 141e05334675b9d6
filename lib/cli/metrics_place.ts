/** By whose hand the metrics are written: collectors often have a directory of their own user. */
import { printable } from "../text/printable.ts";
import { directoryOf } from "../text/path.ts";
import type { TargetSpec } from "../config/types.ts";
import { chooseHand } from "../plan/choose_writer.ts";
import type { HostUser, Passage } from "../host/types.ts";
import { lookUpAccounts, ownGroupsOf } from "../host/accounts.ts";
import { ABSENT, READER } from "../host/read.ts";
import { DirectoryCache, observeTarget } from "../observe/target.ts";
import { WayFinder } from "../host/path_ancestors.ts";

/** Where the metrics go, and by whom. */
export type MetricsAim =
  | {
    readonly kind: "place";
    readonly path: string;
    readonly by?: HostUser;
    readonly owners?: HostUser;
  }
  | { readonly kind: "nowhere"; readonly problem: string };

/** Needs read permission for all that is on the way, and run permission for getent. */
export async function findMetricsPlace(path: string): Promise<MetricsAim> {
  const runner = Deno.uid() ?? 0;
  const accounts = await lookUpAccounts([], []);
  const ways = new WayFinder(runner, accounts);
  const spec: TargetSpec = { what: "cert", path, createDirs: false };
  const seen = observeTarget(spec, ABSENT, new DirectoryCache(ways, READER), accounts);
  const nowhere = (why: string): MetricsAim => ({
    kind: "nowhere",
    problem: `Cannot write "metrics_file" "${printable(path)}": ${why}`,
  });
  if (seen.parent !== "present") return nowhere(`there is no directory "${directoryOf(path)}"`);
  // There is no secret in it: whoever may replace it may as well write it.
  const owner = { kind: "given", name: "", id: writerOn(seen.way, runner) } as const;
  const users = { runner, ownGroups: await ownGroupsOf(ways.owners) };
  const hand = chooseHand(spec, { ...seen, owner }, users, "a directory of one user");
  if (hand.kind === "refused") return nowhere(hand.message ?? "it cannot be read");
  if (hand.kind === "user") return { kind: "place", path, by: hand.by };
  const there = seen.file.kind === "present" && seen.file.value.type === "file"
    ? { owners: { uid: seen.file.value.uid, gid: seen.file.value.gid } }
    : {};
  return { kind: "place", path, ...there };
}

function writerOn(way: readonly Passage[], runner: number): number {
  return way.find(({ uid }) => uid !== 0 && uid !== runner)?.uid ?? runner;
}
