/** Looks at one deployed file. */
import { directoryOf, nameOf } from "../text/path.ts";
import { isTrace, isVersion, replacedFile, temporaryFile } from "../store/store_paths.ts";
import type { TargetSpec } from "../config/types.ts";
import type { Presence } from "../host/types.ts";
import type { TargetFile, TargetObservation } from "./types.ts";
import type { AccountBook } from "../host/accounts.ts";
import type { Expected, Likeness } from "./expected.ts";
import { isForeign } from "./foreign_content.ts";
import { ABSENT, readDirectory, READER, type Reader, readInfo } from "../host/read.ts";
import type { AncestorFinder, PathAncestors } from "../host/path_ancestors.ts";

/** What lies in a directory. */
interface Listing {
  readonly names: Presence<ReadonlySet<string>>;
  /** Whether there is anything that a run made and that is no target. */
  readonly traces: boolean;
  readonly ancestors: PathAncestors;
}

/** Lists each directory once, however many targets lie in it. */
export class DirectoryCache {
  readonly #listings = new Map<string, Listing>();
  /** Reads files in directories that somebody else may write to. */
  readonly #foreign: Reader;
  readonly #ancestors: AncestorFinder;

  constructor(ancestors: AncestorFinder, foreign: Reader) {
    this.#ancestors = ancestors;
    this.#foreign = foreign;
  }

  /** Who may replace what lies in a directory decides how it is read. */
  readerFor(directory: string): Reader {
    return this.list(directory).ancestors.isForeign ? this.#foreign : READER;
  }

  list(directory: string): Listing {
    let listing = this.#listings.get(directory);
    if (listing === undefined) {
      const names = readDirectory(directory);
      const traces = names.kind === "present" && [...names.value].some(isTrace);
      listing = { names, traces, ancestors: this.#ancestors.find(directory) };
      this.#listings.set(directory, listing);
    }
    return listing;
  }
}

/** @param expected What the target should hold; absent where the store lacks it. */
export function observeTarget(
  spec: TargetSpec,
  expected: Presence<Expected>,
  directories: DirectoryCache,
  accounts: AccountBook,
): TargetObservation {
  const directory = directoryOf(spec.path);
  const { names: listing, traces, ancestors } = directories.list(directory);
  const known = listing.kind === "present";
  const beside = known && traces ? listing.value : undefined;
  const file = known && !listing.value.has(nameOf(spec.path))
    ? ABSENT
    : observeContent(spec, expected, accounts, directories);
  return {
    path: spec.path,
    ancestors: ancestors.ancestors,
    file: listing.kind === "absent" ? ABSENT : file,
    parent: listing.kind === "absent" ? "absent" : parentOf(directory, listing, file),
    owner: accounts.owner(spec.owner),
    group: accounts.group(spec.group),
    leftover: beside !== undefined && beside.has(nameOf(temporaryFile(spec.path))),
    replaced: beside !== undefined && beside.has(nameOf(replacedFile(spec.path))),
    ...(beside !== undefined && spec.what !== "bundle" && formerSets(spec.path, beside)),
  };
}

/** Directories that are left of a bundle which was there before the file. */
function formerSets(path: string, beside: ReadonlySet<string>) {
  const sets = [...beside].filter((name) => isVersion(name, nameOf(path)));
  return sets.length > 0 &&
    { formerSets: sets.map((name) => `${directoryOf(path)}/${name}`).sort() };
}

/** A directory that cannot be listed may be one that may only be entered, or no directory at all. */
function parentOf(
  directory: string,
  listing: Presence<unknown>,
  file: Presence<TargetFile>,
): TargetObservation["parent"] {
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
  // A bundle replaces nothing but a bundle.
  if (spec.overwrite || spec.what === "bundle") return file;
  if (file.value.type !== "file" && file.value.type !== "symlink") return file;
  const foreign = isForeign(spec.path, directories.list(directory).ancestors.isForeign);
  if (foreign.kind === "unreadable") return foreign;
  if (foreign.kind === "absent" || !foreign.value) return file;
  return { kind: "present", value: { ...file.value, foreign: true } };
}

/** What lies at a path itself; it is read where it may be what is expected. */
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
    const judged = expected.value.judge(path, read);
    if (judged.kind === "unreadable") return judged;
    if (judged.kind === "present") likeness = judged.value;
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
