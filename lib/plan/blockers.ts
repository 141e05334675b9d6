/** What stops a certificate's steps, and only a person can mend. */
import type { CertificateSpec } from "../config/types.ts";
import { judgeObstacles } from "./drift.ts";
import type { HandChoice } from "./choose_writer.ts";
import type { Selection } from "./selection.ts";
import { storeHazard } from "../store/unsafe_store.ts";
import type { Blocked, Drift, Due } from "./types.ts";
import type { CertificateObservation, Observation } from "../observe/types.ts";

export function storeObstacles({ stored }: CertificateObservation): Blocked[] {
  return [stored.leaf, stored.key, stored.chain, stored.fullchain, stored.ca].flatMap((presence) =>
    presence.kind === "unreadable" ? { kind: presence.kind, message: presence.problem } : []
  );
}

/** Who may put another store in the place of ours could have keys, and what is deployed. */
export function storePlaceObstacle(
  certStore: string,
  { storeWay, storeFault, ...users }: Observation,
): Blocked[] {
  const message = storeHazard(certStore, storeWay, users) ?? storeFault;
  return message === undefined ? [] : [{ kind: "impossible", message }];
}

export function targetObstacles(
  spec: CertificateSpec,
  observed: CertificateObservation,
  hands: readonly HandChoice[],
  drifts: readonly (readonly Drift[])[],
): Blocked[] {
  return spec.targets.flatMap((target, at) => {
    const [seen, hand, drift = []] = [observed.targets[at], hands[at], drifts[at]];
    if (seen === undefined) return [];
    return [...judgeObstacles(target, seen), ...refusal(hand, drift.length > 0)];
  });
}

function refusal(hand: HandChoice | undefined, isToWrite: boolean): Blocked[] {
  if (hand?.kind !== "refused" || hand.message === undefined) return [];
  if (hand.onlyToWrite && !isToWrite) return [];
  return [{ kind: "impossible", message: hand.message }];
}

/** The store holds nothing that could be deployed, and the command does not issue. */
export function nothingToDeploy(
  spec: CertificateSpec,
  due: Due | undefined,
  selection: Selection,
): Blocked[] {
  if (!selection.deploy || due === undefined || spec.targets.length === 0) return [];
  const message = `Nothing in the store can be deployed: ${due.detail}; run "vcm issue" first`;
  return [{ kind: "impossible", message }];
}

/** Markers that cannot be read are not the same as no debts. */
export function markerObstacles(
  spec: CertificateSpec,
  { markers }: Observation,
  selection: Selection,
): Blocked[] {
  return markers.kind === "unreadable" && selection.services && spec.services.length > 0
    ? [{ kind: "unreadable", message: markers.problem }]
    : [];
}

/** One directory that is missing may keep several targets from being written. */
export function withoutRepetitions(blocked: readonly Blocked[]): Blocked[] {
  return [...new Map(blocked.map((obstacle) => [obstacle.message, obstacle])).values()];
}
