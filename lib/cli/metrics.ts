/** The metrics of a run over all certificates; another run would leave out what it did not look at. */
import type { ApplyEvent } from "../apply/events.ts";
import { Writers } from "../apply/writers/writers.ts";
import { type MetricsPlace, writeMetrics } from "../apply/metrics_file.ts";
import { findMetricsPlace } from "./metrics_place.ts";
import type { Plan } from "../plan/types.ts";
import { metricsText } from "../report/metrics.ts";
import { foldOutcome } from "../report/outcome.ts";
import type { Host } from "../command/host.ts";
import { VERSION } from "../command/version.ts";

/** Where the metrics go, or why they cannot go there. */
export type MetricsPlan =
  | { readonly kind: "place"; readonly place: MetricsPlace }
  | { readonly kind: "nowhere"; readonly problem: string };

/** Needs the rights of `findMetricsPlace()`. */
export async function planMetrics(path: string): Promise<MetricsPlan> {
  const aim = await findMetricsPlace(path);
  if (aim.kind === "nowhere") return aim;
  const { kind, ...place } = aim;
  return { kind, place };
}

/** What is written once it is known what came about. */
export function metricsOf(plan: Plan, events: readonly ApplyEvent[], host: Host): string {
  const outcome = foldOutcome(plan, events);
  return metricsText({ plan, events, outcome, at: host.now(), version: VERSION });
}

/**
 * Writes the metrics of a run that had nothing to do, or broke off.
 *
 * @returns Why it could not.
 */
export async function writeMetricsNow(
  metrics: MetricsPlan,
  text: string,
): Promise<string | undefined> {
  if (metrics.kind === "nowhere") return metrics.problem;
  const writers = new Writers();
  const problem = await writeMetrics(metrics.place, text, writers);
  await writers.close();
  return problem;
}
