/** The issue and deploy steps of one certificate. */
import type { CertificateSpec, TargetSpec } from "../config/types.ts";
import { defaultMode } from "../config/format.ts";
import { bundleStep, endsBundle } from "./bundle.ts";
import { OWN_WRITER, type Writer } from "./choose_writer.ts";
import { ownersOf } from "./drift.ts";
import { loadedUntil } from "./stored_validity.ts";
import type { PlannedTarget } from "./planned_target.ts";
import { requestFor } from "./request.ts";
import type { CertificateObservation, TargetObservation } from "../observe/types.ts";
import type { HostUser } from "../host/types.ts";
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
  // The key of a certificate that may be revoked is not used again.
  const revoked = due.reason === "revocation-pending";
  return {
    kind: "issue",
    certificate: spec.name,
    due,
    staged: staged || undefined,
    request: revoked ? { ...request, key: { ...request.key, reuse: false } } : request,
    keep: spec.keep || undefined,
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
  spec: CertificateSpec,
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
  return {
    what: spec.what,
    order: spec.order,
    passwordFile: spec.passwordFile,
    alias: spec.alias,
    path: spec.path,
    drift,
    ...(writer.kind === "own" ? ownersOf(target, target.file) : ownersBy(writer.by, target)),
    mode: spec.mode ?? defaultMode(spec.what),
    createDirs: spec.createDirs,
    inPlace: spec.inPlace,
    endsBundle: writer.kind === "own" && endsBundle(target) ? true : undefined,
  };
}

function ownersBy(by: HostUser, { file, group }: TargetObservation) {
  // Others could put a file of any group there, so only the group of the user's own file is kept.
  const kept = file.kind === "present" && file.value.type === "file" && file.value.uid === by.uid
    ? file.value.gid
    : by.gid;
  return { uid: by.uid, gid: group.kind === "given" ? group.id : kept, by };
}
