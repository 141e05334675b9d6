/**
 * Looks at a bundle: the link, the directory of the set that it leads to, and what lies about. Nothing
 * is locked, and a run may switch the link at the same time: a fault is believed only where the link
 * is the same before and after.
 */
import { directoryOf, nameOf } from "../text/path.ts";
import { isAnyVersion, replacedFile, versionOf } from "../store/store_paths.ts";
import { type Part, PARTS } from "../certificate/types.ts";
import { type TargetSpec } from "../config/types.ts";
import type { BundleObservation, StrayDirectory, TargetFile, TargetObservation } from "./types.ts";
import type { Presence } from "../host/types.ts";
import type { Replaced } from "../store/types.ts";
import type { AccountBook } from "../host/accounts.ts";
import { LN } from "../host/run_command.ts";
import type { Expected } from "./expected.ts";
import { ABSENT, readInfo } from "../host/read.ts";
import { type DirectoryCache, observeFile, observeTarget } from "./target.ts";

/** How often a bundle is looked at whose link changes all the time; then the last look counts. */
const TRIES = 100;

/** What a bundle is looked at with. */
export interface BundleTools {
  /** What each file should hold; absent where the store lacks it. */
  readonly expected: (part: Part) => Presence<Expected>;
  readonly directories: DirectoryCache;
  readonly accounts: AccountBook;
  /** What a run replaced, and services have yet to judge. */
  readonly pendingValidation: readonly Replaced[];
}

export function observeBundle(spec: TargetSpec, desired: BundleTools): TargetObservation {
  let look = lookOnce(spec, desired);
  for (let tries = 1; tries < TRIES && !isSound(look); tries++) {
    if (readLink(spec.path) === look.link) break;
    look = lookOnce(spec, desired);
  }
  const { seen, bundle } = look;
  // What else lies there is somebody's work, and may need one of the sets.
  const isForeign = seen.file.kind === "present" && seen.file.value.type !== "bundle";
  const strays = isForeign ? [] : findStrays(seen, bundle.directory, desired);
  const linkProblem = LN.every((path) => readInfo(path).kind === "absent")
    ? `this host has no "ln"; install coreutils or BusyBox`
    : undefined;
  return {
    ...seen,
    bundle: { ...bundle, strays, ...(linkProblem !== undefined && { linkProblem }) },
  };
}

interface Look {
  readonly seen: TargetObservation;
  readonly bundle: Omit<BundleObservation, "strays">;
  readonly link: string | undefined;
}

function lookOnce(spec: TargetSpec, desired: BundleTools): Look {
  const seen = observeTarget(spec, ABSENT, desired.directories, desired.accounts);
  const link = readLink(spec.path);
  if (seen.file.kind !== "present" || link === undefined) {
    return { seen, bundle: { files: [] }, link };
  }
  const version = versionOf(link, spec.path);
  if (version === undefined) return { seen, bundle: { foreignLink: link, files: [] }, link };
  const directory = `${directoryOf(spec.path)}/${version}`;
  const info = readInfo(directory);
  const read = desired.directories.readerFor(directoryOf(spec.path));
  const isDirectory = info.kind === "present" && info.value.isDirectory;
  const files = !isDirectory ? [] : PARTS.map((part) => ({
    part,
    file: observeFile(`${directory}/${part}.pem`, desired.expected(part), desired.accounts, read),
  }));
  return {
    seen: { ...seen, file: summarize(seen.file.value, info, files) },
    bundle: {
      directory: version,
      ...(isDirectory && directoryFacts(info.value, desired.accounts)),
      files,
    },
    link,
  };
}

function directoryFacts({ mode, uid }: Deno.FileInfo, accounts: AccountBook) {
  const [is, should] = [uid ?? 0, Deno.uid() ?? 0];
  return {
    directoryMode: (mode ?? 0) & 0o7777,
    ...(is !== should && {
      directoryOwner: { is: accounts.ownerName(is), should: accounts.ownerName(should) },
    }),
  };
}

/** The whole as if it were one file: changed last when any of it was. */
function summarize(
  link: TargetFile,
  directory: Presence<Deno.FileInfo>,
  files: BundleObservation["files"],
): Presence<TargetFile> {
  if (directory.kind === "unreadable") return directory;
  const presences = files.map(({ file }) => file);
  const unreadable = presences.find(({ kind }) => kind === "unreadable");
  if (unreadable?.kind === "unreadable") return unreadable;
  const present = presences.flatMap((file) => file.kind === "present" ? file.value : []);
  return {
    kind: "present",
    value: {
      ...link,
      type: "bundle",
      sameContent: present.length === PARTS.length && present.every((file) => file.sameContent),
      changedAt: Math.max(link.changedAt, ...present.map(({ changedAt }) => changedAt)),
    },
  };
}

function isSound({ seen: { file } }: Look): boolean {
  return file.kind === "present" && file.value.type === "bundle" && file.value.sameContent;
}

/** Text of a symbolic link; `undefined` where there is none. */
function readLink(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}

/** Directories that no link will lead to once what was not judged is put back. */
function findStrays(
  { path, replaced }: TargetObservation,
  current: string | undefined,
  { directories, pendingValidation }: BundleTools,
): StrayDirectory[] {
  const { names } = directories.list(directoryOf(path));
  if (names.kind !== "present") return [];
  const note = pendingValidation.find((one) => one.path === path);
  const stays = note === undefined
    ? current
    : replaced
    ? versionOf(readLink(replacedFile(path)) ?? "", path)
    : note.kept
    ? current
    : undefined;
  return [...names.value]
    .filter((name) => name !== stays && isAnyVersion(name, nameOf(path)))
    .sort()
    .flatMap((name) => describeDirectory(`${directoryOf(path)}/${name}`));
}

/** What has gone since, or is no directory, is nothing of ours. */
function describeDirectory(path: string): StrayDirectory[] {
  const info = readInfo(path);
  if (info.kind !== "present" || !info.value.isDirectory) return [];
  try {
    const foreign = [...Deno.readDirSync(path)].find(({ name, isFile }) =>
      !isFile || !PARTS.some((part) => name === `${part}.pem`)
    );
    return [{ path, ...(foreign !== undefined && { foreign: foreign.name }) }];
  } catch {
    return [];
  }
}
