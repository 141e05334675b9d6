/** The steps of one certificate, once it is judged. */
import { octal } from "../config/octal.ts";
import { replacedFile, temporaryFile } from "../config/store_paths.ts";
import type { CertificateSpec } from "../config/types.ts";
import { targetStep } from "./drift.ts";
import { loadedUntil } from "./due.ts";
import { requestFor } from "./request.ts";
import type { CertificateObservation, DeployStep, Drift, Due, IssueStep, Step } from "./types.ts";

export function tidyStep(observed: CertificateObservation): Step | undefined {
  const { unjudged } = observed;
  const leftovers = observed.targets.flatMap(({ path, leftover, replaced }) => [
    ...(leftover ? [temporaryFile(path)] : []),
    // Where it is noted what is unjudged, the old file is needed.
    ...(replaced && unjudged.length === 0 ? [replacedFile(path)] : []),
  ]);
  const { interrupted, exposedKey } = observed;
  const left = interrupted || leftovers.length > 0;
  if (!left && unjudged.length === 0 && exposedKey === undefined) return undefined;
  const detail = [
    ...(left ? ["an interrupted run left something"] : []),
    ...(unjudged.length > 0 ? ["an interrupted run left files that nobody has judged"] : []),
    ...(exposedKey === undefined
      ? []
      : [`every user may open privkey.pem in the store (mode ${octal(exposedKey)})`]),
  ].join("; ");
  return {
    kind: "tidy",
    certificate: observed.name,
    store: interrupted,
    unjudged,
    leftovers,
    detail,
    closeKey: exposedKey !== undefined,
  };
}

export function issueStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  due: Due,
): IssueStep {
  const direct = spec.targets.length === 0 ? spec.services.map(({ id }) => id) : [];
  const inUseUntil = direct.length === 0 ? undefined : loadedUntil(observed);
  return {
    kind: "issue",
    certificate: spec.name,
    due,
    request: requestFor(spec),
    renew: spec.renew,
    services: direct,
    ...(inUseUntil !== undefined && { inUseUntil }),
  };
}

/** What a deploy step hangs on beside its targets. */
export interface Deployment {
  /** The store's set may be deployed if no new one is issued. */
  readonly whole: boolean;
  /** Services that judge new files. */
  readonly judging: ReadonlySet<string>;
}

export function deployStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  drifts: readonly (readonly Drift[])[],
  { whole, judging }: Deployment,
): DeployStep | undefined {
  const targets = spec.targets.flatMap((target, at) => {
    const [seen, drift] = [observed.targets[at], drifts[at]];
    return seen === undefined || drift === undefined || drift.length === 0
      ? []
      : targetStep(target, seen, drift);
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
    revocable: spec.services.some(({ id }) => judging.has(id)),
  };
}
