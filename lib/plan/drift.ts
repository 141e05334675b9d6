/** How a target differs from what the file asks for, and what stops it from being mended. */
import type { Certificate } from "../certificate/certificate.ts";
import { defaultMode } from "../config/format.ts";
import { octal } from "../config/octal.ts";
import { folderOf } from "../config/store_paths.ts";
import type { TargetSpec } from "../config/types.ts";
import { OWN_HAND, type OwnHand, type UsersHand } from "./hand.ts";
import { formatMoment } from "./moment.ts";
import type { Blocked, Drift, TargetFile, TargetObservation, TargetStep } from "./types.ts";

/** What there is to deploy. */
export interface Supply {
  /** The set in the store is whole. */
  readonly stored: boolean;
  /** A new certificate is issued before. */
  readonly renewed: boolean;
  /** That of the store. */
  readonly certificate?: Certificate;
}

/** Why a target is written though it does not differ. */
export interface MoreReasons {
  readonly forced: boolean;
  readonly unjudged: boolean;
}

/** Differences, in the order in which people care: content first. Only fields that are given. */
export function judgeDrift(
  spec: TargetSpec,
  target: TargetObservation,
  supply: Supply,
  { forced, unjudged }: MoreReasons,
): Drift[] {
  if (target.file.kind === "unreadable" || !(supply.stored || supply.renewed)) return [];
  if (target.file.kind === "absent") return [{ kind: "missing" }];
  const file = target.file.value;
  if (file.type === "symlink") return [{ kind: "not-a-file", found: "symlink" }];
  if (file.type !== "file") return [];
  const drift: Drift[] = [];
  if (supply.renewed) drift.push({ kind: "renewed" });
  // Without its password nobody knows what it holds.
  const known = target.passwordProblem === undefined;
  if (supply.stored && known && !file.sameContent) drift.push(contentDrift(file, supply));
  else if (forced) drift.push({ kind: "forced" });
  if (unjudged) drift.push({ kind: "unjudged" });
  return [...drift, ...judgeMetadata(spec, target, file)];
}

function contentDrift(file: TargetFile, supply: Supply): Drift {
  const [from, to] = [file.certificate, supply.certificate];
  const known = from !== undefined && to !== undefined && from.fingerprint !== to.fingerprint;
  if (!supply.renewed && known) {
    return { kind: "content", from: shortFacts(from), to: shortFacts(to) };
  }
  return { kind: "content", ...(file.fault !== undefined && { detail: file.fault }) };
}

function shortFacts({ serial, notAfter }: Certificate): string {
  return `serial ${serial} until ${formatMoment(notAfter)}`;
}

function judgeMetadata(spec: TargetSpec, target: TargetObservation, file: TargetFile): Drift[] {
  const { owner, group } = target;
  const drift: Drift[] = [];
  if (owner.kind === "given" && owner.id !== file.uid) {
    drift.push({ kind: "owner", from: file.owner, to: owner.name });
  }
  if (group.kind === "given" && group.id !== file.gid) {
    drift.push({ kind: "group", from: file.group, to: group.name });
  }
  if (spec.mode !== undefined && spec.mode !== file.mode) {
    drift.push({ kind: "mode", from: octal(file.mode), to: octal(spec.mode) });
  }
  return drift;
}

/** Whether a service that read the old file has something new to load. */
export function changesContent(drift: readonly Drift[]): boolean {
  return drift.some(({ kind }) => kind !== "owner" && kind !== "group" && kind !== "mode");
}

/** What a person has to mend before this target can be as the file asks. */
export function judgeObstacles(spec: TargetSpec, target: TargetObservation): Blocked[] {
  const blocked: Blocked[] = [];
  const impossible = (message: string) => blocked.push({ kind: "impossible", message });
  if (target.file.kind === "unreadable") {
    blocked.push({ kind: "unreadable", message: target.file.problem });
  }
  if (target.passwordProblem !== undefined) {
    blocked.push({ kind: "unreadable", message: target.passwordProblem });
  }
  const type = target.file.kind === "present" ? target.file.value.type : "file";
  if (type === "directory") {
    impossible(`"${spec.path}" is a folder; remove it, or give the path of a file in it`);
  } else if (type === "other") {
    impossible(`"${spec.path}" is a device, pipe or socket; give another path`);
  }
  const folder = folderOf(spec.path);
  if (target.parent === "not-a-folder") {
    impossible(`"${folder}", in which "${spec.path}" should lie, is not a folder`);
  } else if (target.parent === "absent" && !spec.createDirs) {
    impossible(`Folder "${folder}" does not exist; create it, or set "create_dirs: true"`);
  }
  for (const [word, account] of [["owner", target.owner], ["group", target.group]] as const) {
    if (account.kind !== "unknown") continue;
    impossible(
      `The ${word} "${account.name}" of "${spec.path}" is not known on this host; ` +
        `create it, or mend "${word}" in the file`,
    );
  }
  return blocked;
}

/** The step that mends a target, by the runner's hand or by another user's. */
export function targetStep(
  spec: TargetSpec,
  target: TargetObservation,
  drift: readonly Drift[],
  hand: OwnHand | UsersHand = OWN_HAND,
): TargetStep {
  return {
    what: spec.what,
    ...(spec.order !== undefined && { order: spec.order }),
    ...(spec.passwordFile !== undefined && { passwordFile: spec.passwordFile }),
    path: spec.path,
    drift,
    ...ownersFor(target, hand),
    mode: spec.mode ?? defaultMode(spec.what),
    createDirs: spec.createDirs,
  };
}

function ownersFor(
  { owner, group, file }: TargetObservation,
  hand: OwnHand | UsersHand,
): Pick<TargetStep, "uid" | "gid" | "by"> {
  const gid = group.kind === "given" ? { gid: group.id } : {};
  if (hand.kind === "own") return { ...(owner.kind === "given" ? { uid: owner.id } : {}), ...gid };
  const { by } = hand;
  // Another user could put a file of any group there: only the group of a file of theirs is kept.
  const kept = file.kind === "present" && file.value.type === "file" && file.value.uid === by.uid
    ? file.value.gid
    : by.gid;
  return { uid: by.uid, gid: kept, ...gid, by };
}
