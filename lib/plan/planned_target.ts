/** How a target differs from the configuration, and who writes it. */
import type { EntrySpec, TargetSpec } from "../config/types.ts";
import type { CertificateObservation, TargetObservation } from "../observe/types.ts";
import { chooseWriter, type WriterChoice } from "./choose_writer.ts";
import { bundleDrift } from "./bundle.ts";
import { changesContent, compareMetadata, contentDrift, type Supply } from "./drift.ts";
import type { PlanContext } from "./selection.ts";
import type { Drift } from "./target_types.ts";

/** One target: desired, observed, how the two differ, and who writes it. */
export interface PlannedTarget {
  readonly spec: TargetSpec;
  readonly seen: TargetObservation;
  readonly drift: readonly Drift[];
  readonly writer: WriterChoice;
}

export function planTargets(
  { targets }: EntrySpec,
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
    const drift = findDrift(spec, seen, supply, more);
    return { spec, seen, drift, writer: chooseWriter(spec, seen, context) };
  });
}

/** Why a target is written although it does not differ. */
export interface MoreReasons {
  readonly forced: boolean;
  readonly pendingValidation: boolean;
}

/**
 * Differences, the most important first. Owner, group and mode count only if they are set; in addition,
 * a private key must not be open to every user.
 */
export function findDrift(
  spec: TargetSpec,
  target: TargetObservation,
  supply: Supply,
  { forced, pendingValidation }: MoreReasons,
): Drift[] {
  if (target.file.kind === "unreadable" || !(supply.stored || supply.renewed)) return [];
  if (target.file.kind === "absent") return [{ kind: "missing" }];
  const file = target.file.value;
  if (file.type === "symlink" && target.kind === "file") {
    return [{ kind: "not-a-file", found: "symlink" }];
  }
  // A blocker: a person must move it away first.
  if (file.type !== target.kind) return [];
  const drift: Drift[] = [];
  if (supply.renewed) {
    drift.push({ kind: "renewed", ...(supply.fetched && { detail: supply.fetched }) });
  }
  const own = target.kind === "file"
    ? compareMetadata(spec, spec.what, target, file)
    : bundleDrift(spec, target, supply);
  // Without the password its content is unknown.
  const known = target.kind === "file" && target.passwordProblem === undefined;
  if (known && supply.stored && !file.sameContent) {
    drift.push(contentDrift(file, supply));
  } else if (forced && !changesContent(own)) drift.push({ kind: "forced" });
  if (pendingValidation) drift.push({ kind: "pending-validation" });
  return [...drift, ...own];
}
