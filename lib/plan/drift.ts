/** How a target differs from the configuration, and what blocks the fix. */
import { defaultMode, holdsKey } from "../config/format.ts";
import { octal } from "../text/octal.ts";
import { shellWord } from "../text/shell_word.ts";
import { directoryOf } from "../text/path.ts";
import type { TargetSpec } from "../config/types.ts";
import { bundleBlockers, bundleDrift, bundleStep, endsBundle } from "./bundle.ts";
import { contentDrift, judgeMetadata, ownersOf, type Supply } from "./file_drift.ts";
import { OWN_WRITER, type OwnWriter, type UserWriter } from "./choose_writer.ts";
import type { Blocked, Drift, TargetStep } from "./types.ts";
import type { TargetObservation } from "../observe/types.ts";

/** Why a target is written although it does not differ. */
export interface MoreReasons {
  readonly forced: boolean;
  readonly pendingValidation: boolean;
}

/** Differences, the most important first. Owner, group and mode count only if they are set. */
export function judgeDrift(
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
  if (supply.renewed) drift.push({ kind: "renewed" });
  const own = target.kind === "file"
    ? judgeMetadata(spec, target, file)
    : bundleDrift(spec, target, supply);
  // Without the password its content is unknown.
  const known = target.kind === "file" && target.passwordProblem === undefined;
  if (known && supply.stored && !file.sameContent) {
    drift.push(contentDrift(file, supply));
  } else if (forced && !changesContent(own)) drift.push({ kind: "forced" });
  if (pendingValidation) drift.push({ kind: "pending-validation" });
  return [...drift, ...own];
}

/** Whether a service that read the old file has something new to load. */
export function changesContent(drift: readonly Drift[]): boolean {
  return drift.some(({ kind }) => kind !== "owner" && kind !== "group" && kind !== "mode");
}

/** What a person must fix before VCM can write this target. */
export function judgeBlockers(spec: TargetSpec, target: TargetObservation): Blocked[] {
  const blocked: Blocked[] = [];
  const impossible = (message: string) => blocked.push({ kind: "impossible", message });
  if (target.file.kind === "unreadable") {
    blocked.push({ kind: "unreadable", message: target.file.problem });
  }
  if (target.kind === "bundle") blocked.push(...bundleBlockers(target));
  else if (target.passwordProblem !== undefined) {
    blocked.push({ kind: "unreadable", message: target.passwordProblem });
  }
  const type = target.file.kind === "present" && target.kind === "file"
    ? target.file.value.type
    : "file";
  if (type === "directory") {
    impossible(`"${spec.path}" is a directory; remove it, or give the path of a file in it`);
  } else if (type === "other") {
    impossible(`"${spec.path}" is a device, pipe or socket; give another path`);
  }
  if (target.file.kind === "present" && target.file.value.foreign) {
    const leads = type === "symlink" ? "is a symbolic link to" : "holds";
    impossible(
      `"${spec.path}" ${leads} something other than a certificate or key, so it is not replaced; ` +
        'move it away, give another path, or set "overwrite: true" on this target',
    );
  }
  if (isOpenInPlace(spec, target)) {
    const fix = `chmod ${octal(spec.mode ?? defaultMode(spec.what))} ${shellWord(spec.path)}`;
    impossible(
      `"${spec.path}" is open to more users than its private key may be, and "in_place" keeps that file: a ` +
        `process that has it open could read the new key; fix: ${fix}, then check which processes have it open`,
    );
  }
  const directory = directoryOf(spec.path);
  if (target.parent === "not-a-directory") {
    impossible(
      `"${directory}" is not a directory, so "${spec.path}" cannot be written; give another path`,
    );
  } else if (target.parent === "absent" && !spec.createDirs) {
    impossible(`Directory "${directory}" does not exist; create it, or set "create_dirs: true"`);
  }
  for (const [word, account] of [["owner", target.owner], ["group", target.group]] as const) {
    if (account.kind !== "unknown") continue;
    impossible(
      `The ${word} "${account.name}" of "${spec.path}" does not exist on this host; ` +
        `create it, or fix "${word}" in the configuration`,
    );
  }
  return blocked;
}

/** Whether users can open the existing file who must not open the new one. */
function isOpenInPlace(spec: TargetSpec, { file }: TargetObservation): boolean {
  if (!spec.inPlace || !holdsKey(spec.what) || file.kind !== "present") return false;
  const { type, mode } = file.value;
  return type === "file" && (mode & 0o077 & ~(spec.mode ?? defaultMode(spec.what))) !== 0;
}

/** The step that writes a target, as the runner or as another user. */
export function targetStep(
  spec: TargetSpec,
  target: TargetObservation,
  drift: readonly Drift[],
  writer: OwnWriter | UserWriter = OWN_WRITER,
): TargetStep {
  if (spec.what === "bundle") return bundleStep(spec, target, drift);
  return {
    what: spec.what,
    order: spec.order,
    passwordFile: spec.passwordFile,
    path: spec.path,
    drift,
    ...(writer.kind === "own" ? ownersOf(target, target.file) : ownersBy(writer, target)),
    mode: spec.mode ?? defaultMode(spec.what),
    createDirs: spec.createDirs,
    inPlace: spec.inPlace,
    endsBundle: writer.kind === "own" && endsBundle(target) ? true : undefined,
  };
}

function ownersBy({ by }: UserWriter, { file, group }: TargetObservation) {
  // Others could put a file of any group there, so only the group of the user's own file is kept.
  const kept = file.kind === "present" && file.value.type === "file" && file.value.uid === by.uid
    ? file.value.gid
    : by.gid;
  return { uid: by.uid, gid: group.kind === "given" ? group.id : kept, by };
}
