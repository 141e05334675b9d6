/** How a file on disk differs from the configuration and the store. */
import type { Certificate } from "../certificate/certificate.ts";
import { octal } from "../text/octal.ts";
import type { TargetSpec } from "../config/types.ts";
import { formatTime } from "../text/format_time.ts";
import type { Drift, FileOwners } from "./target_types.ts";
import type { Presence } from "../host/types.ts";
import type { TargetFile, TargetObservation } from "../observe/types.ts";

export interface Supply {
  /** Whether the set in the store is whole. */
  readonly stored: boolean;
  /** Whether this run issues a new certificate. */
  readonly renewed: boolean;
  /** The stored certificate. */
  readonly certificate?: Certificate | undefined;
}

export function contentDrift(file: TargetFile, supply: Supply): Drift {
  const [from, to] = [file.certificate, supply.certificate];
  const known = from !== undefined && to !== undefined && from.fingerprint !== to.fingerprint;
  if (!supply.renewed && known) {
    return { kind: "content", from: shortFacts(from), to: shortFacts(to) };
  }
  return { kind: "content", ...(file.difference !== undefined && { detail: file.difference }) };
}

function shortFacts({ serial, notAfter }: Certificate): string {
  return `serial ${serial} until ${formatTime(notAfter)}`;
}

export function compareMetadata(
  spec: TargetSpec,
  target: TargetObservation,
  file: TargetFile,
): Drift[] {
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

/** Owner and group of a new file: each as configured or, if not set, as of the existing file. */
export function ownersOf(
  { owner, group }: TargetObservation,
  file: Presence<TargetFile>,
): FileOwners {
  const kept = file.kind === "present" && file.value.type === "file" ? file.value : undefined;
  const uid = owner.kind === "given" ? owner.id : kept?.uid;
  const gid = group.kind === "given" ? group.id : kept?.gid;
  return { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
}

/** Whether a service that read the old file has something new to load. */
export function changesContent(drift: readonly Drift[]): boolean {
  return drift.some(({ kind }) => kind !== "owner" && kind !== "group" && kind !== "mode");
}
