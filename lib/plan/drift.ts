/** How a file on disk differs from the configuration and the store. */
import type { Certificate } from "../certificate/certificate.ts";
import { octal } from "../text/octal.ts";
import type { TargetKind } from "../certificate/types.ts";
import { holdsKey } from "../config/format.ts";
import type { TargetSpec } from "../config/types.ts";
import { formatTime } from "../text/format_time.ts";
import { desiredMode } from "./attributes.ts";
import type { Drift } from "./target_types.ts";
import type { TargetFile, TargetObservation } from "../observe/types.ts";

export interface Supply {
  /** Whether the set in the store is whole. */
  readonly stored: boolean;
  /** Whether this run issues a new certificate. */
  readonly renewed: boolean;
  /** What is new, if it is not a certificate. */
  readonly fetched?: string;
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

/** @param what Kind of the target, or the part of a bundle. */
export function compareMetadata(
  spec: TargetSpec,
  what: TargetKind,
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
  // A private key is never left open to every user.
  const isOpenKey = holdsKey(what) && (file.mode & 0o007) !== 0;
  const mode = spec.mode ?? (isOpenKey ? desiredMode(spec, what, file) : file.mode);
  if (mode !== file.mode) drift.push({ kind: "mode", from: octal(file.mode), to: octal(mode) });
  return drift;
}

/** Whether a service that read the old file has something new to load. */
export function changesContent(drift: readonly Drift[]): boolean {
  return drift.some(({ kind }) => kind !== "owner" && kind !== "group" && kind !== "mode");
}
