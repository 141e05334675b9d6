import type { CertificateSpec, TargetSpec } from "../config/types.ts";
import type { CertificateObservation, TargetObservation } from "../observe/types.ts";
import { chooseWriter, type WriterChoice } from "./choose_writer.ts";
import { judgeDrift } from "./drift.ts";
import type { Supply } from "./file_drift.ts";
import type { PlanContext } from "./selection.ts";
import type { Drift } from "./types.ts";

/** One target: desired, observed, how the two differ, and who writes it. */
export interface PlannedTarget {
  readonly spec: TargetSpec;
  readonly seen: TargetObservation;
  readonly drift: readonly Drift[];
  readonly writer: WriterChoice;
}

export function planTargets(
  { targets }: CertificateSpec,
  observed: CertificateObservation,
  supply: Supply,
  context: PlanContext,
): PlannedTarget[] {
  const { selection } = context;
  const forced = selection.force && selection.deploy;
  const unvalidated = new Set(observed.pendingValidation.map(({ path }) => path));
  return targets.flatMap((spec, at) => {
    const seen = observed.targets[at];
    if (seen === undefined) return [];
    const more = { forced, pendingValidation: unvalidated.has(spec.path) };
    const drift = judgeDrift(spec, seen, supply, more);
    return { spec, seen, drift, writer: chooseWriter(spec, seen, context) };
  });
}
