/** What stops a certificate's steps and only a person can fix. */
import type { CertificateSpec } from "../config/types.ts";
import { judgeBlockers } from "./drift.ts";
import type { PlannedTarget } from "./planned_target.ts";
import type { Selection } from "./selection.ts";
import { unsafeStore } from "../store/store_trust.ts";
import type { Blocked, Due } from "./types.ts";
import type { CertificateObservation, Observation } from "../observe/types.ts";

/** A record of a revocation that cannot be read is not the same as none. */
export function storeBlockers({ stored, revocation }: CertificateObservation): Blocked[] {
  const { leaf, key, chain, fullchain, ca } = stored;
  return [leaf, key, chain, fullchain, ca, revocation].flatMap((presence) =>
    presence?.kind === "unreadable" ? { kind: presence.kind, message: presence.problem } : []
  );
}

/** Whoever can replace the store could read its keys and choose what is deployed. */
export function storePlaceBlocker(
  certStore: string,
  { storeAncestors, storeFault, ...users }: Observation,
): Blocked[] {
  const message = unsafeStore(certStore, storeAncestors, users) ?? storeFault;
  return message === undefined ? [] : [{ kind: "impossible", message }];
}

export function targetBlockers(targets: readonly PlannedTarget[]): Blocked[] {
  return targets.flatMap((target) => [
    ...judgeBlockers(target.spec, target.seen),
    ...refusal(target),
  ]);
}

function refusal({ writer, drift }: PlannedTarget): Blocked[] {
  if (writer.kind !== "refused" || writer.message === undefined) return [];
  if (writer.onlyToWrite && drift.length === 0) return [];
  return [{ kind: "impossible", message: writer.message }];
}

/** The store has no deployable set, and the command does not issue one. */
export function nothingToDeploy(
  spec: CertificateSpec,
  due: Due | undefined,
  selection: Selection,
): Blocked[] {
  if (!selection.deploy || due === undefined || spec.targets.length === 0) return [];
  const message = `Nothing in the store can be deployed: ${due.detail}; run "vcm issue" first`;
  return [{ kind: "impossible", message }];
}

/** Unreadable pending actions are not the same as none. */
export function pendingActionBlockers(
  spec: CertificateSpec,
  { pendingActions }: Observation,
  selection: Selection,
): Blocked[] {
  return pendingActions.kind === "unreadable" && selection.services && spec.services.length > 0
    ? [{ kind: "unreadable", message: pendingActions.problem }]
    : [];
}

/** Several targets can have the same blocker, such as a missing directory. */
export function withoutRepetitions(blocked: readonly Blocked[]): Blocked[] {
  return [...new Map(blocked.map((blocker) => [blocker.message, blocker])).values()];
}
