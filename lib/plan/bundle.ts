/**
 * A bundle: all parts of a set in their own directory, behind one symbolic link that one rename
 * switches. This file plans its drift, its blockers and its unused directories.
 */
import { defaultMode } from "../config/format.ts";
import { octal } from "../text/octal.ts";
import { printable } from "../text/quote.ts";
import { type Part, PARTS } from "../certificate/types.ts";
import type { BundleSpec, TargetSpec } from "../config/types.ts";
import { type Attributes, attributesOf, changesBesides, writtenAs } from "./attributes.ts";
import { compareMetadata, contentDrift, type Supply } from "./drift.ts";
import type { WriterChoice } from "./choose_writer.ts";
import type { Blocked, Warning } from "./types.ts";
import type { BundleStep, Drift, FileOwners } from "./target_types.ts";
import type {
  BundleLink,
  BundleObservation,
  BundleSet,
  CertificateObservation,
  TargetFile,
  TargetObservation,
} from "../observe/types.ts";

/** Permission bits of a set's directory; each file in it has its own mode. */
export const DIRECTORY_MODE = 0o755;

/** Differences of its directory and files; equal ones of several files are merged. */
export function bundleDrift(
  spec: TargetSpec,
  target: BundleObservation,
  supply: Supply,
): Drift[] {
  const { link } = target;
  if (link.kind === "dangling") return [{ kind: "missing", files: [link.directory] }];
  if (link.kind !== "set") return [];
  const { directory, mode, otherOwner } = link;
  const drifts: Drift[] = link.files.flatMap(({ part, file }) =>
    fileDrift(spec, target, { part, file }, supply).map((drift) => ({
      ...drift,
      files: [`${part}.pem`],
    }))
  );
  if (mode !== DIRECTORY_MODE) {
    const [from, to] = [octal(mode), octal(DIRECTORY_MODE)];
    drifts.push({ kind: "mode", from, to, files: [directory] });
  }
  if (otherOwner !== undefined) {
    const { is: from, should: to } = otherOwner;
    drifts.push({ kind: "owner", from, to, files: [directory] });
  }
  return unite(drifts);
}

function fileDrift(
  spec: TargetSpec,
  target: BundleObservation,
  { part, file }: BundleSet["files"][number],
  supply: Supply,
): Drift[] {
  if (file.kind === "unreadable") return [];
  if (file.kind === "absent") return [{ kind: "missing" }];
  const { type, sameContent } = file.value;
  if (type === "symlink" || type === "directory" || type === "other") {
    return [{ kind: "not-a-file", found: type }];
  }
  return [
    ...(supply.stored && !sameContent ? [contentDrift(file.value, supply)] : []),
    ...compareMetadata(spec, part, target, file.value),
  ];
}

/** If the certificate differs, the other files differ too, so only the certificate is shown. */
function unite(drifts: readonly Drift[]): Drift[] {
  const other = drifts.find((drift) => drift.kind === "content" && drift.from !== undefined);
  const shown = other === undefined ? drifts : [
    withoutFiles(other),
    ...drifts.filter(({ kind }) => kind !== "content"),
  ];
  const alike = Map.groupBy(shown, (drift) => JSON.stringify(withoutFiles(drift)));
  return [...alike.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const files = [first, ...more].flatMap(({ files = [] }) => files);
    return files.length === 0 || files.length === PARTS.length
      ? withoutFiles(first)
      : { ...first, files };
  });
}

function withoutFiles({ files: _, ...drift }: Drift): Drift {
  return drift;
}

/** What a person must fix before VCM can create the bundle. */
export function bundleBlockers(
  { path, file, link, linkProblem }: BundleObservation,
): Blocked[] {
  const found = file.kind === "present" ? describe(file.value, link) : undefined;
  return [
    found && `"${path}" is ${found}; move it away, or give another path for the bundle`,
    linkProblem && `Cannot create the link of the bundle "${path}": ${linkProblem}`,
  ].filter((message) => message !== undefined)
    .map((message) => ({ kind: "impossible", message }));
}

function describe({ type }: TargetFile, link: BundleLink): string | undefined {
  const text = link.kind === "foreign" ? printable(link.text) : "";
  switch (type) {
    case "bundle":
      return undefined;
    case "symlink":
      return `a symbolic link to "${text}", which VCM did not make`;
    case "directory":
      return "a directory, but a bundle must be a symbolic link";
    case "file":
      return "a file, but a bundle must be a symbolic link";
    case "other":
      return "a device, pipe or socket, but a bundle must be a symbolic link";
  }
}

/** Unused directories that can be removed, if nobody else may replace files beside them. */
export function strayDirectories(
  targets: readonly { readonly seen: TargetObservation; readonly writer: WriterChoice }[],
): string[] {
  return targets.filter(({ writer }) => writer.kind === "own").flatMap(({ seen }) => {
    if (seen.kind === "bundle") {
      return seen.strays.flatMap(({ path, foreign }) => foreign === undefined ? path : []);
    }
    // If a link still names one, the deploy step ends the bundle.
    return isLink(seen) ? [] : seen.formerSets;
  });
}

/** Whether a target that must become a file may still be a bundle. */
export function endsBundle(target: TargetObservation): boolean {
  return target.kind === "file" && target.formerSets.length > 0 && isLink(target);
}

function isLink({ file }: TargetObservation): boolean {
  return file.kind === "present" && file.value.type === "symlink";
}

/** Unused directories that stay, because they contain files of others. */
export function strayWarnings({ targets }: CertificateObservation): Warning[] {
  const strays = targets.flatMap((target) => target.kind === "bundle" ? target.strays : []);
  return strays.flatMap(({ path, foreign }) =>
    foreign === undefined ? [] : { kind: "leftover", message: keptDirectory(path, foreign) }
  );
}

export function keptDirectory(path: string, foreign: string): string {
  return `"${path}" is no longer used, but contains "${printable(foreign)}", which VCM did not ` +
    "create; move that away";
}

/** The step that writes a bundle. */
export function bundleStep(
  spec: BundleSpec,
  target: TargetObservation,
  drift: readonly Drift[],
): BundleStep {
  const files = target.kind === "bundle" && target.link.kind === "set" ? target.link.files : [];
  const fileOf = (part: Part) =>
    files.find((one) => one.part === part)?.file ?? { kind: "absent" } as const;
  const parts = forEachPart((part) => attributesOf(spec, part, target, fileOf(part)));
  const changes = PARTS.flatMap((part) =>
    (changesBesides(drift, parts[part], target, fileOf(part)) ?? [])
      .map((change) => ({ ...change, files: [`${part}.pem`] }))
  );
  const acls = PARTS.flatMap((part) => {
    const { acl } = parts[part];
    return acl === undefined ? [] : [[part, acl] as const];
  });
  return {
    what: spec.what,
    path: spec.path,
    drift,
    ...(changes.length > 0 && { changes: unite(changes) }),
    ...ownersOf(attributesOf(spec, spec.what, target, target.file)),
    mode: spec.mode ?? defaultMode(spec.what),
    owners: forEachPart((part) => ownersOf(parts[part])),
    modes: forEachPart((part) => writtenAs(parts[part]).mode),
    ...(acls.length > 0 && { acls: Object.fromEntries(acls) }),
    createDirs: spec.createDirs,
  };
}

function ownersOf({ mode: _mode, acl: _acl, ...owners }: Attributes): FileOwners {
  return owners;
}

function forEachPart<T>(make: (part: Part) => T): Record<Part, T> {
  return Object.fromEntries(PARTS.map((part) => [part, make(part)])) as Record<Part, T>;
}
