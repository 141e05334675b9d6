/** Metrics of runs over all certificates; other runs would omit certificates. */
import type { ApplyEvent } from "../apply/events.ts";
import { CommandRunner } from "../apply/commands/runner.ts";
import { Writers } from "../apply/writers/writers.ts";
import { type MetricsPlace, writeMetrics } from "../apply/metrics_file.ts";
import { findMetricsPlace } from "./metrics_place.ts";
import type { Plan } from "../plan/types.ts";
import { metricsText } from "../report/metrics.ts";
import { foldOutcome } from "../report/outcome.ts";
import type { Host } from "../command/host.ts";
import { VERSION } from "../command/version.ts";

/** Where to write the metrics, or why they cannot be written. */
export type MetricsPlan =
  | { readonly kind: "place"; readonly place: MetricsPlace }
  | { readonly kind: "nowhere"; readonly problem: string };

/** Needs the permissions of `findMetricsPlace()`. */
export async function planMetrics(path: string): Promise<MetricsPlan> {
  const aim = await findMetricsPlace(path);
  if (aim.kind === "nowhere") return aim;
  const { kind, ...place } = aim;
  return { kind, place };
}

/** The metrics after a run. */
export function metricsOf(plan: Plan, events: readonly ApplyEvent[], host: Host): string {
  const outcome = foldOutcome(plan, events);
  return metricsText({ plan, events, outcome, at: host.now(), version: VERSION });
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
