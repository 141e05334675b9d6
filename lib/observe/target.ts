/** Observes one deployed file. */
import { readRegularBytes } from "../host/regular_file.ts";
import { looksLikeCertificateFile } from "../certificate/certificate_content.ts";
import { directoryOf, nameOf } from "../text/path.ts";
import { shellWord } from "../text/quote.ts";
import {
  isTrace,
  isVersion,
  replacedFile,
  temporaryFile,
  versionOf,
} from "../store/store_paths.ts";
import type { FileSpec, TargetSpec } from "../config/types.ts";
import type { Presence } from "../host/types.ts";
import type { FileObservation, PathObservation, TargetFile } from "./types.ts";
import type { AccountBook } from "../host/accounts.ts";
import type { Expected, Likeness } from "./expected.ts";
import { ABSENT, observe, readDirectory, READER, type Reader, readInfo } from "../host/read.ts";
import type { AncestorFinder, PathAncestors } from "../host/path_ancestors.ts";

interface Listing {
  readonly names: Presence<ReadonlySet<string>>;
  /** Whether a run left temporary or previous files there. */
  readonly traces: boolean;
  readonly ancestors: PathAncestors;
  /** Why the ancestors are not known, although the directory can be listed. */
  readonly problem?: string | undefined;
}

/** Lists each directory once, for all targets in it. */
export class DirectoryCache {
  readonly #listings = new Map<string, Listing>();
  /** The last one: targets in one directory often follow each other. */
  #last: { readonly directory: string; readonly listing: Listing } | undefined;
  /** Reads files in directories that other users may write to. */
  readonly #foreign: Reader;
  readonly #ancestors: AncestorFinder;
  /** Names of the targets in each directory. */
  readonly #names: ReadonlyMap<string, readonly string[]>;

  /** @param paths Those of all targets that will be observed. */
  constructor(ancestors: AncestorFinder, foreign: Reader, paths: readonly string[] = []) {
    this.#ancestors = ancestors;
    this.#foreign = foreign;
    this.#names = Map.groupBy(paths, directoryOf);
  }

  /** The reader for a directory depends on who may replace its files. */
  readerFor(directory: string): Reader {
    return this.list(directory).ancestors.isForeign ? this.#foreign : READER;
  }

  list(directory: string): Listing {
    if (this.#last?.directory === directory) return this.#last.listing;
    let listing = this.#listings.get(directory);
    if (listing === undefined) {
      const known = this.#names.get(directory) ?? [];
      const names = readDirectory(directory, known.map(nameOf));
      const traces = names.kind === "present" && [...names.value].some(isTrace);
      const ancestors = this.#ancestors.find(directory);
      const problem = names.kind === "present" ? gapAbove(directory, ancestors) : undefined;
      listing = { names, traces, ancestors, problem };
      this.#listings.set(directory, listing);
    }
    this.#last = { directory, listing };
    return listing;
  }
}

/** If an ancestor could not be read, somebody could replace it unnoticed. */
function gapAbove(directory: string, { ancestors }: PathAncestors): string | undefined {
  const last = ancestors.at(-1)?.directory;
  if (last === directory) return undefined;
  const real = observe(directory, () => Deno.realPathSync(directory));
  if (real.kind === "present" && real.value === last) return undefined;
  const found = real.kind === "present" ? readInfo(directory) : real;
  // An error that does not last is met by the first look only.
  const cause = found.kind === "unreadable"
    ? found.problem
    : `it could not be read below "${last}" at first, and can be now`;
  return `Cannot tell who can replace "${directory}": ${cause}; to see why: ` +
    `namei -l ${shellWord(directory)}`;
}

/** @param expected Content that the target should have; absent if the store lacks it. */
export function observeTarget(
  spec: FileSpec,
  expected: Presence<Expected>,
  directories: DirectoryCache,
  accounts: AccountBook,
): FileObservation {
  return {
    kind: "file",
    ...observePath(spec, expected, directories, accounts),
    formerSets: formerSets(spec.path, directories.list(directoryOf(spec.path))),
  };
}

/** Observes the path of a file or bundle. */
export function observePath(
  spec: TargetSpec,
  expected: Presence<Expected>,
  directories: DirectoryCache,
  accounts: AccountBook,
): PathObservation {
  const directory = directoryOf(spec.path);
  const { names: listing, traces, ancestors, problem } = directories.list(directory);
  const siblings = listing.kind === "present" && traces ? listing.value : undefined;
  // A listing that an error cut short lacks files that are there.
  const file = observeContent(spec, expected, accounts, directories);
  return {
    path: spec.path,
    ancestors: ancestors.ancestors,
    file: problem !== undefined
      ? { kind: "unreadable", problem }
      : listing.kind === "absent"
      ? ABSENT
      : file,
    parent: listing.kind === "absent" ? "absent" : parentOf(directory, listing, file),
    owner: accounts.owner(spec.owner),
    group: accounts.group(spec.group),
    leftover: siblings?.has(nameOf(temporaryFile(spec.path))) ?? false,
    replaced: siblings?.has(nameOf(replacedFile(spec.path))) ?? false,
  };
}

/** Directories of a bundle that was there before the file. */
function formerSets(path: string, { names, traces }: Listing): string[] {
  if (names.kind !== "present" || !traces) return [];
  return [...names.value]
    .filter((name) => isVersion(name, nameOf(path)))
    .map((name) => `${directoryOf(path)}/${name}`)
    .sort();
}

/** A directory that cannot be listed may still be entered, or may not be a directory at all. */
function parentOf(
  directory: string,
  listing: Presence<unknown>,
  file: Presence<TargetFile>,
): PathObservation["parent"] {
  if (listing.kind === "present" || file.kind === "present") return "present";
  const info = readInfo(directory);
  return info.kind === "present" && !info.value.isDirectory && !info.value.isSymlink
    ? "not-a-directory"
    : "present";
}

function observeContent(
  spec: TargetSpec,
  expected: Presence<Expected>,
  accounts: AccountBook,
  directories: DirectoryCache,
): Presence<TargetFile> {
  const directory = directoryOf(spec.path);
  const file = observeFile(spec.path, expected, accounts, directories.readerFor(directory));
  if (file.kind !== "present" || file.value.sameContent) return file;
  // A bundle replaces only a bundle.
  if (spec.what === "bundle" || spec.overwrite) return file;
  if (file.value.type !== "file" && file.value.type !== "symlink") return file;
  const foreign = isForeign(spec.path, directories.list(directory).ancestors.isForeign);
  if (foreign.kind === "unreadable") return foreign;
  if (foreign.kind === "absent" || !foreign.value) return file;
  return { kind: "present", value: { ...file.value, foreign: true } };
}

/** The file at a path itself. Its content is read only if it can be the expected one. */
export function observeFile(
  path: string,
  expected: Presence<Expected>,
  accounts: AccountBook,
  read: Reader,
): Presence<TargetFile> {
  const info = readInfo(path);
  if (info.kind !== "present") return info;
  const found = info.value;
  const type = typeOf(found);
  let likeness: Likeness = { sameContent: false };
  if (type === "file" && expected.kind === "present" && found.size <= expected.value.limit) {
    const compared = expected.value.compare(path, read);
    if (compared.kind === "unreadable") return compared;
    if (compared.kind === "present") likeness = compared.value;
  }
  return {
    kind: "present",
    value: {
      type,
      uid: found.uid ?? 0,
      gid: found.gid ?? 0,
      owner: accounts.ownerName(found.uid ?? 0),
      group: accounts.groupName(found.gid ?? 0),
      mode: (found.mode ?? 0) & 0o7777,
      ...likeness,
      changedAt: found.ctime?.getTime() ?? 0,
    },
  };
}

function typeOf(info: Deno.FileInfo): TargetFile["type"] {
  if (info.isFile) return "file";
  if (info.isSymlink) return "symlink";
  return info.isDirectory ? "directory" : "other";
}

/** Bytes. No certificate file is bigger, so a bigger file is not read. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Whether VCM must not replace the file at a target's path, because it is not a certificate or key
 * file. A damaged one is not foreign. Links are followed: others may read a file through the link. No
 * pipe is waited for.
 *
 * @param isReplaceable Another user can replace the file. Their link is not followed, because
 *   what VCM says of it would tell them about files that they may not see.
 */
function isForeign(path: string, isReplaceable: boolean): Presence<boolean> {
  const info = readInfo(path);
  if (info.kind !== "present") return info;
  if (!info.value.isSymlink) return isForeignFile(path, info.value);
  if (isReplaceable || leadsToBundle(path)) return { kind: "present", value: false };
  const followed = observe(path, () => Deno.statSync(path));
  return followed.kind === "present" ? isForeignFile(path, followed.value) : followed;
}

function isForeignFile(path: string, { isFile, size }: Deno.FileInfo): Presence<boolean> {
  if (!isFile || size > MAX_BYTES) return { kind: "present", value: true };
  const bytes = observe(path, () => readRegularBytes(path).bytes);
  if (bytes.kind !== "present") return bytes;
  return { kind: "present", value: !looksLikeCertificateFile(bytes.value) };
}

/** Whether the target was a bundle before. */
function leadsToBundle(path: string): boolean {
  return versionOf(readLink(path) ?? "", path) !== undefined;
}

/** Text of a symbolic link, if there is one. */
export function readLink(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}
