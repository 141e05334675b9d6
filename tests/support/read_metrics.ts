import { runQuietly } from "../../scripts/command.ts";
import { pathOfPart } from "./parts.ts";

/** One sample, as Prometheus' own parser gives it. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const PROGRAM = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families
families = list(text_string_to_metric_families(open(sys.argv[1]).read()))
assert all(f.type == "gauge" and f.documentation for f in families), families
print(json.dumps([{"name": s.name, "labels": s.labels, "value": s.value}
    for f in families for s in f.samples]))
`;

/** Reads a file of metrics. Throws CommandError where Prometheus could not. */
export async function readMetrics(path: string): Promise<MetricSample[]> {
  const env = { PYTHONPATH: await pathOfPart("prometheus") };
  return JSON.parse(await runQuietly(["python3", "-c", PROGRAM, path], { env }));
}
