/**
 * Observes a bundle: its link, the directory that the link names, and unused directories beside it.
 * Nothing is locked, and a run may switch the link at the same time. So a problem counts only if the
 * link was the same before and after.
 */
import { directoryOf, nameOf } from "../text/path.ts";
import { isAnyVersion, replacedFile, versionOf } from "../store/store_paths.ts";
import { type Part, PARTS } from "../certificate/types.ts";
import type { BundleSpec } from "../config/types.ts";
import type {
  BundleLink,
  BundleObservation,
  BundleSet,
  PathObservation,
  StrayDirectory,
  TargetFile,
} from "./types.ts";
import type { Presence } from "../host/types.ts";
import type { Replaced } from "../store/types.ts";
import type { AccountBook } from "../host/accounts.ts";
import { LN } from "../host/run_sync.ts";
import type { Expected } from "./expected.ts";
import { ABSENT, readInfo } from "../host/read.ts";
import { type DirectoryCache, observeFile, observePath, readLink } from "./target.ts";

/** Limit for a link that changes all the time; the last look counts. */
const TRIES = 100;

export interface BundleTools {
  /** Content that each file should have; absent if the store lacks it. */
  readonly expected: (part: Part) => Presence<Expected>;
  readonly directories: DirectoryCache;
  readonly accounts: AccountBook;
  /** Replaced files that no service has validated yet. */
  readonly pendingValidation: readonly Replaced[];
}

export function observeBundle(spec: BundleSpec, tools: BundleTools): BundleObservation {
  let look = lookOnce(spec, tools);
  for (let tries = 1; tries < TRIES && !isSound(look); tries++) {
    if (readLink(spec.path) === look.text) break;
    look = lookOnce(spec, tools);
  }
  const { seen, link } = look;
  // Another user's file may need one of the sets.
  const isForeign = seen.file.kind === "present" && seen.file.value.type !== "bundle";
  return {
    kind: "bundle",
    ...seen,
    link,
    strays: isForeign ? [] : findStrays(seen, link, tools),
    linkProblem: LN.every((path) => readInfo(path).kind === "absent")
      ? `this host has no "ln"; install coreutils or BusyBox`
      : undefined,
  };
}

interface Look {
  readonly seen: PathObservation;
  readonly link: BundleLink;
  /** Text of the link. */
  readonly text: string | undefined;
}

function lookOnce(spec: BundleSpec, { directories, accounts, expected }: BundleTools): Look {
  const seen = observePath(spec, ABSENT, directories, accounts);
  const text = readLink(spec.path);
  if (seen.file.kind !== "present" || text === undefined) {
    return { seen, link: { kind: "none" }, text };
  }
  const version = versionOf(text, spec.path);
  if (version === undefined) return { seen, link: { kind: "foreign", text }, text };
  const directory = `${directoryOf(spec.path)}/${version}`;
  const info = readInfo(directory);
  const read = directories.readerFor(directoryOf(spec.path));
  const isDirectory = info.kind === "present" && info.value.isDirectory;
  const files = !isDirectory ? [] : PARTS.map((part) => ({
    part,
    file: observeFile(`${directory}/${part}.pem`, expected(part), accounts, read),
  }));
  return {
    seen: { ...seen, file: summarize(seen.file.value, info, files) },
    link: isDirectory
      ? { kind: "set", directory: version, ...directoryFacts(info.value, accounts), files }
      : { kind: "dangling", directory: version },
    text,
  };
}

function directoryFacts({ mode, uid }: Deno.FileInfo, accounts: AccountBook) {
  const [is, should] = [uid ?? 0, Deno.uid() ?? 0];
  return {
    mode: (mode ?? 0) & 0o7777,
    otherOwner: is === should
      ? undefined
      : { is: accounts.ownerName(is), should: accounts.ownerName(should) },
  };
}

/** Treats the bundle as one file, last changed when any of its files was. */
function summarize(
  link: TargetFile,
  directory: Presence<Deno.FileInfo>,
  files: BundleSet["files"],
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

/** Directories that no link names, also after the rollback of an interrupted run. */
function findStrays(
  { path, replaced }: PathObservation,
  link: BundleLink,
  { directories, pendingValidation }: BundleTools,
): StrayDirectory[] {
  const { names } = directories.list(directoryOf(path));
  if (names.kind !== "present") return [];
  const record = pendingValidation.find((one) => one.path === path);
  let used = "directory" in link ? link.directory : undefined;
  if (record !== undefined && replaced) used = versionOf(readLink(replacedFile(path)) ?? "", path);
  else if (record?.kept === false) used = undefined;
  return [...names.value]
    .filter((name) => name !== used && isAnyVersion(name, nameOf(path)))
    .sort()
    .flatMap((name) => describeDirectory(`${directoryOf(path)}/${name}`));
}

/** Nothing if it has gone since or is not a directory. */
function describeDirectory(path: string): StrayDirectory[] {
  const info = readInfo(path);
  if (info.kind !== "present" || !info.value.isDirectory) return [];
  try {
    // If an entry is not listed, the directory cannot be removed, and stays (apply/bundle.ts).
    const foreign = [...Deno.readDirSync(path)].find(({ name, isFile }) =>
      !isFile || !PARTS.some((part) => name === `${part}.pem`)
    );
    return [{ path, foreign: foreign?.name }];
  } catch {
    return []; // A later run removes it.
  }
}
