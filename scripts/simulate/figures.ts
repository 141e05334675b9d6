/** What is worth knowing of a year's requests. */
import type { Load } from "./fleet.ts";

export interface Figures {
  /** Most requests in one minute. */
  readonly peak: number;
  /** 99th percentile over all minutes. */
  readonly ofAll: number;
  /** 99th percentile over the minutes with any request. */
  readonly ofBusy: number;
  readonly total: number;
  readonly fewestDaysLeft: number;
}

/** The figures of a fleet's load. */
export function figuresOf({ requests, fewestDaysLeft }: Load): Figures {
  const sorted = requests.toSorted();
  const busy = sorted.subarray(sorted.findIndex((count) => count > 0));
  return {
    peak: sorted.at(-1) ?? 0,
    ofAll: percentile(sorted, 99),
    ofBusy: percentile(busy, 99),
    total: busy.reduce((sum, count) => sum + count, 0),
    fewestDaysLeft,
  };
}

/** The least value that so many percent of all do not exceed (nearest rank). */
export function percentile(sorted: Uint32Array, percent: number): number {
  return sorted[Math.ceil(sorted.length * percent / 100) - 1] ?? 0;
}
