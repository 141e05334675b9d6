/** The issue and deploy steps of one certificate. */
import type { CertificateSpec } from "../config/types.ts";
import { targetStep } from "./drift.ts";
import { loadedUntil } from "./stored_validity.ts";
import type { PlannedTarget } from "./planned_target.ts";
import { requestFor } from "./request.ts";
import type { CertificateObservation } from "../observe/types.ts";
import type { DeployStep, Due, IssueStep } from "./types.ts";

export function issueStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  due: Due,
): IssueStep {
  const direct = spec.targets.length === 0 ? spec.services.map(({ id }) => id) : [];
  const inUseUntil = direct.length > 0 ? loadedUntil(observed) : undefined;
  const request = requestFor(spec);
  // The key of a certificate that may be revoked is not used again.
  const revoked = due.reason === "revocation-pending";
  return {
    kind: "issue",
    certificate: spec.name,
    due,
    request: revoked ? { ...request, key: { ...request.key, reuse: false } } : request,
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
}

export function deployStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  planned: readonly PlannedTarget[],
  { whole, validating }: Deployment,
): DeployStep | undefined {
  const targets = planned.flatMap(({ spec, seen, drift, writer }) =>
    drift.length === 0 || writer.kind === "refused" ? [] : targetStep(spec, seen, drift, writer)
  );
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
