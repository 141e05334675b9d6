/** Metrics of runs over all certificates; other runs would omit certificates. */
import type { ApplyEvent } from "../apply/events.ts";
import { CommandRunner } from "../apply/commands/runner.ts";
import { type MetricsPlace, writeMetrics } from "../apply/metrics_file.ts";
import { Writers } from "../apply/writers/writers.ts";
import type { Host } from "../command/host.ts";
import type { TargetSpec } from "../config/types.ts";
import { lookUpAccounts, ownGroupsOf } from "../host/accounts.ts";
import { AncestorFinder } from "../host/path_ancestors.ts";
import { ABSENT, READER } from "../host/read.ts";
import type { Ancestor } from "../host/types.ts";
import { DirectoryCache, observeTarget } from "../observe/target.ts";
import { chooseWriter } from "../plan/choose_writer.ts";
import type { Plan } from "../plan/types.ts";
import { type StoredInventory, storedInventory } from "../store/stored_inventory.ts";
import { metricsText } from "../report/metrics.ts";
import { foldOutcome } from "../report/outcome.ts";
import { directoryOf } from "../text/path.ts";
import { printable } from "../text/quote.ts";
import { VERSION } from "../text/version.ts";

/** Where to write the metrics, or why they cannot be written. */
export type MetricsPlan =
  | {
    readonly kind: "place";
    readonly place: MetricsPlace;
    /** Of the certificates that are in the store before the run. */
    readonly inventory: StoredInventory;
  }
  | { readonly kind: "nowhere"; readonly problem: string };

/**
 * Decides who writes the metrics: the directories of collectors often belong to another user.
 *
 * Needs read permission for the ancestors of the path and for the store, and run permission for
 * getent.
 */
export async function planMetrics(path: string, plan: Plan): Promise<MetricsPlan> {
  const runner = Deno.uid() ?? 0;
  const accounts = await lookUpAccounts([], []);
  const ancestors = new AncestorFinder(runner, accounts);
  // The existing file is not read: a collector's user could keep root waiting with a pipe.
  const spec: TargetSpec = { what: "cert", path, createDirs: false, overwrite: true };
  const seen = observeTarget(spec, ABSENT, new DirectoryCache(ancestors, READER, [path]), accounts);
  const nowhere = (why: string): MetricsPlan => ({
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
  const { file } = seen;
  const by = writer.kind === "user" ? writer.by : undefined;
  const owners = by === undefined && file.kind === "present" && file.value.type === "file"
    ? { uid: file.value.uid, gid: file.value.gid }
    : undefined;
  const place = { path, ...(by && { by }), ...(owners && { owners }) };
  return { kind: "place", place, inventory: storedInventory(plan) };
}

function writerOn(ancestors: readonly Ancestor[], runner: number): number {
  return ancestors.find(({ uid }) => uid !== 0 && uid !== runner)?.uid ?? runner;
}

/** The metrics after a run. */
export function metricsOf(
  metrics: MetricsPlan,
  plan: Plan,
  events: readonly ApplyEvent[],
  host: Host,
): string {
  const outcome = foldOutcome(plan, events);
  const inventory = metrics.kind === "place" ? metrics.inventory : new Map();
  return metricsText({ plan, events, outcome, inventory, at: host.now(), version: VERSION });
}

/**
 * Writes the metrics of a run without steps or without a worker.
 *
 * @returns Why they could not be written.
 */
export async function writeMetricsNow(
  metrics: MetricsPlan,
  text: string,
): Promise<string | undefined> {
  if (metrics.kind === "nowhere") return metrics.problem;
  const writers = new Writers(new CommandRunner({ steps: [] }, metrics.place));
  const problem = await writeMetrics(metrics.place, text, writers);
  await writers.close();
  return problem;
}
