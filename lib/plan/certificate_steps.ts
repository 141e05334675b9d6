/** The issue and deploy steps of one certificate. */
import type { CertificateSpec } from "../config/types.ts";
import { targetStep } from "./drift.ts";
import { loadedUntil } from "./stored_validity.ts";
import { OWN_WRITER, type WriterChoice } from "./choose_writer.ts";
import { requestFor } from "./request.ts";
import type { CertificateObservation } from "../observe/types.ts";
import type { DeployStep, Drift, Due, IssueStep } from "./types.ts";

export function issueStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  due: Due,
): IssueStep {
  const direct = spec.targets.length === 0 ? spec.services.map(({ id }) => id) : [];
  const inUseUntil = direct.length > 0 ? loadedUntil(observed) : undefined;
  return {
    kind: "issue",
    certificate: spec.name,
    due,
    request: requestFor(spec),
    ...(spec.keep > 0 && { keep: spec.keep }),
    renew: spec.renew,
    spread: spec.spread,
    services: direct,
    ...(inUseUntil !== undefined && { inUseUntil }),
  };
}

export interface Deployment {
  /** Whether the stored set may be deployed if no new one is issued. */
  readonly whole: boolean;
  /** Services that validate new files. */
  readonly validating: ReadonlySet<string>;
  /** Who writes each target. */
  readonly writers: readonly WriterChoice[];
}

export function deployStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  drifts: readonly (readonly Drift[])[],
  { whole, validating, writers }: Deployment,
): DeployStep | undefined {
  const targets = spec.targets.flatMap((target, at) => {
    const [seen, drift, writer = OWN_WRITER] = [observed.targets[at], drifts[at], writers[at]];
    return seen === undefined || drift === undefined || drift.length === 0 ||
        writer.kind === "refused"
      ? []
      : targetStep(target, seen, drift, writer);
  });
  if (targets.length === 0) return undefined;
  const inUseUntil = loadedUntil(observed);
  return {
    kind: "deploy",
    certificate: spec.name,
    storedSetUsable: whole,
    targets,
    services: spec.services.map(({ id }) => id),
    ...(inUseUntil !== undefined && { inUseUntil }),
    revocable: spec.services.some(({ id }) => validating.has(id)),
  };
}
