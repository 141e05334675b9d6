/** The issue and deploy steps of one certificate. */
import type { CertificateSpec, EntrySpec, TargetSpec } from "../config/types.ts";
import { attributesOf, changesBesides, writtenAs } from "./attributes.ts";
import { bundleStep, endsBundle } from "./bundle.ts";
import { OWN_WRITER, type Writer } from "./choose_writer.ts";
import { loadedUntil } from "./stored_validity.ts";
import type { PlannedTarget } from "./planned_target.ts";
import { reissueStart } from "./reissue.ts";
import { requestFor } from "./request.ts";
import { mayHoldRevokedKey } from "./revocation.ts";
import type { CertificateObservation, TargetObservation } from "../observe/types.ts";
import type { DeployStep, Due, IfRefused, IssueStep } from "./types.ts";
import type { Drift, TargetStep } from "./target_types.ts";

export function issueStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  due: Due,
  ifRefused: IfRefused,
  staged: boolean,
): IssueStep {
  const direct = spec.targets.length === 0 ? spec.services.map(({ id }) => id) : [];
  const request = requestFor(spec);
  const { reissue } = spec;
  const spent = mayHoldRevokedKey(observed) || reissueStart(reissue, observed.stored) !== undefined;
  return {
    kind: "issue",
    certificate: spec.name,
    due,
    staged: staged || undefined,
    request: spent ? { ...request, key: { ...request.key, reuse: false } } : request,
    keep: spec.keep || undefined,
    ...(reissue !== undefined && { issuedBefore: reissue.issuedBefore }),
    renew: spec.renew,
    spread: spec.spread,
    services: direct,
    inUseUntil: direct.length > 0 ? loadedUntil(observed) : undefined,
    ifRefused,
  };
}

/**
 * @param storedSetUsable Whether the stored set may be deployed if no new one is issued.
 * @param validating Services that validate new files.
 */
export function deployStep(
  spec: EntrySpec,
  observed: CertificateObservation,
  planned: readonly PlannedTarget[],
  storedSetUsable: boolean,
  validating: ReadonlySet<string>,
): DeployStep | undefined {
  const targets = planned.flatMap(({ spec, seen, drift, writer }) =>
    drift.length === 0 || writer.kind === "refused" ? [] : targetStep(spec, seen, drift, writer)
  );
  if (targets.length === 0) return undefined;
  return {
    kind: "deploy",
    certificate: spec.name,
    storedSetUsable,
    targets,
    services: spec.services.map(({ id }) => id),
    inUseUntil: loadedUntil(observed),
    revocable: spec.services.some(({ id }) => validating.has(id)),
  };
}

/** The step that writes a target, as the runner or as another user. */
export function targetStep(
  spec: TargetSpec,
  target: TargetObservation,
  drift: readonly Drift[],
  writer: Writer = OWN_WRITER,
): TargetStep {
  if (spec.what === "bundle") return bundleStep(spec, target, drift);
  const { file } = target;
  const by = writer.kind === "user" ? writer.by : undefined;
  const attributes = attributesOf(spec, spec.what, target, file, by);
  return {
    what: spec.what,
    order: spec.order,
    passwordFile: spec.passwordFile,
    alias: spec.alias,
    path: spec.path,
    drift,
    changes: changesBesides(drift, attributes, target, file),
    ...writtenAs(attributes),
    ...(by && { by }),
    createDirs: spec.createDirs,
    inPlace: spec.inPlace,
    endsBundle: writer.kind === "own" && endsBundle(target) ? true : undefined,
  };
}
