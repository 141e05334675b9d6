/** What stops a certificate's steps and only a person can fix. */
import { holdsKey } from "../config/format.ts";
import type { EntrySpec, TargetSpec } from "../config/types.ts";
import { octal } from "../text/octal.ts";
import { directoryOf, isKernelDirectory } from "../text/path.ts";
import { shellWord } from "../text/quote.ts";
import { desiredMode } from "./attributes.ts";
import { bundleBlockers } from "./bundle.ts";
import { lossBlockers } from "./loss.ts";
import type { PlannedTarget } from "./planned_target.ts";
import type { Selection } from "./selection.ts";
import { unsafeStore } from "../store/store_trust.ts";
import type { Blocked, Due } from "./types.ts";
import type { CertificateObservation, Observation, TargetObservation } from "../observe/types.ts";

/** A record that cannot be read is not the same as none. */
export function storeBlockers(
  { stored, revocation, refused, unreadableRecord }: CertificateObservation,
): Blocked[] {
  const { leaf, key, chain, fullchain, ca } = stored;
  const problems = [leaf, key, chain, fullchain, ca, revocation, refused].map((presence) =>
    presence?.kind === "unreadable" ? presence.problem : undefined
  );
  return [...problems, unreadableRecord].flatMap((message) =>
    message === undefined ? [] : { kind: "unreadable", message }
  );
}

/** Whoever can replace the store could read its keys and choose what is deployed. */
export function storePlaceBlocker(
  certStore: string,
  { storeAncestors, storeProblem, ...users }: Observation,
): Blocked[] {
  const message = unsafeStore(certStore, storeAncestors, users) ?? storeProblem;
  return message === undefined ? [] : [{ kind: "impossible", message }];
}

export function targetBlockers(targets: readonly PlannedTarget[]): Blocked[] {
  return targets.flatMap((target) => [
    ...findTargetBlockers(target.spec, target.seen),
    ...refusal(target),
    ...lossBlockers(target),
  ]);
}

function refusal({ writer, drift }: PlannedTarget): Blocked[] {
  if (writer.kind !== "refused" || writer.message === undefined) return [];
  if (writer.onlyToWrite && drift.length === 0) return [];
  return [{ kind: "impossible", message: writer.message }];
}

/** What a person must fix before VCM can write this target. */
export function findTargetBlockers(spec: TargetSpec, target: TargetObservation): Blocked[] {
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
    const fix = `chmod ${octal(modeInPlace(spec, target))} ${shellWord(spec.path)}`;
    impossible(
      `"${spec.path}" is open to more users than a private key may be, and "in_place" keeps that file: a ` +
        `process that has it open could read the new key; fix: ${fix}, then check which processes have it open`,
    );
  }
  const kernel = target.ancestors.find(({ directory }) => isKernelDirectory(directory));
  if (kernel !== undefined) {
    impossible(
      `"${spec.path}" leads to "${kernel.directory}", where VCM cannot use files; ` +
        "give a path in another directory, such as /run",
    );
  }
  const directory = directoryOf(spec.path);
  if (target.parent === "not-a-directory") {
    impossible(
      `"${directory}" is not a directory, so "${spec.path}" cannot be written; give another path`,
    );
  } else if (target.parent === "absent" && !spec.createDirs) {
    impossible(
      `Directory "${directory}" does not exist; fix: mkdir -p ${
        shellWord(directory)
      }, or set "create_dirs: true"`,
    );
  }
  for (const [word, account] of [["owner", target.owner], ["group", target.group]] as const) {
    if (account.kind !== "unknown") continue;
    const add = word === "owner" ? "useradd --system" : "groupadd --system";
    impossible(
      `The ${word} "${account.name}" of "${spec.path}" does not exist on this host; ` +
        `fix: ${add} ${shellWord(account.name)}, or correct "${word}" in the configuration`,
    );
  }
  return blocked;
}

/** Whether users can open the existing file who must not open the new one. */
function isOpenInPlace(spec: TargetSpec, target: TargetObservation): boolean {
  const { file } = target;
  if (!spec.inPlace || !holdsKey(spec.what) || file.kind !== "present") return false;
  const { type, mode } = file.value;
  return type === "file" && (mode & 0o077 & ~modeInPlace(spec, target)) !== 0;
}

function modeInPlace(spec: TargetSpec, { file }: TargetObservation): number {
  // An ACL stays, because the file does.
  const kept = file.kind === "present" ? { ...file.value, acl: undefined } : undefined;
  return desiredMode(spec, spec.what, kept);
}

/** The store has no deployable set, and the command does not issue one. */
export function nothingToDeploy(
  spec: EntrySpec,
  due: Due | undefined,
  selection: Selection,
): Blocked[] {
  if (!selection.deploy || due === undefined || spec.targets.length === 0) return [];
  const message = `Nothing in the store can be deployed: ${due.detail}; run "vcm issue" first`;
  return [{ kind: "impossible", message }];
}

/** Unreadable pending actions are not the same as none. */
export function pendingActionBlockers(
  spec: EntrySpec,
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
