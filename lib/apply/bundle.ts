/**
 * Makes a bundle's new set, and clears old ones away. The set is written into a directory of its own,
 * beside the link: temporary name, files synced, directory synced, then its own name. Beside it lies then
 * a new link to it under the link's temporary name, which only has to be renamed over the link, as a
 * new file over an old one (deploy.ts): who looks through the link sees the old set or the new one.
 *
 * The directory belongs to who runs VCM and only its files to who is asked for, so that nobody else can
 * exchange what is in it.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { directoryOf, nameOf } from "../text/path.ts";
import {
  isAnyVersion,
  replacedFile,
  stagedVersion,
  temporaryFile,
  versionDirectory,
  versionOf,
} from "../store/store_paths.ts";
import { type Part, PARTS } from "../certificate/types.ts";
import { DIRECTORY_MODE, keptDirectory } from "../plan/bundle.ts";
import type { TargetStep } from "../plan/types.ts";
import {
  type Ownership,
  removeIfThere,
  syncDirectory,
  writeNewFile,
} from "../host/atomic_write.ts";
import { isThere } from "../host/is_there.ts";
import { keepContext } from "../host/selinux.ts";
import { makeSymbolicLink } from "../host/symbolic_link.ts";

/**
 * Leaves a link to a new set under the link's temporary name, which must be free.
 *
 * @param text Content of each file; what it throws is thrown.
 *
 * Throws the system's error, or Error where the link cannot be made. Needs read and write permission
 * for the directory above, and run permission for ln.
 */
export function makeBundle(target: TargetStep, text: (part: Part) => string): void {
  const { path } = target;
  const staged = stagedVersion(path);
  // Under the lock nobody else makes it: it is what an interrupted run left.
  removeDirectory(staged);
  const texts = new Map(PARTS.map((part) => [part, text(part)]));
  fs.mkdirSync(staged, { mode: 0o700 });
  try {
    const old = linkedDirectory(path);
    for (const [part, content] of texts) {
      writeNewFile(`${staged}/${part}.pem`, content, ownershipOf(target, part));
      if (old !== undefined) keepContext(`${old}/${part}.pem`, `${staged}/${part}.pem`);
    }
    if (old !== undefined) keepContext(old, staged);
    fs.chmodSync(staged, DIRECTORY_MODE);
    syncDirectory(staged);
    const directory = freeDirectory(path, fingerprint(texts.values()));
    fs.renameSync(staged, directory);
    syncDirectory(directoryOf(path));
    makeSymbolicLink(nameOf(directory), temporaryFile(path));
  } catch (error) {
    tryClear(staged);
    throw error;
  }
}

/** The same set has the same name, as far as that is free. */
function fingerprint(texts: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text);
  return hash.digest("hex").slice(0, 16);
}

/** A set that is damaged, or has other owners, keeps its name until the link has left it. */
function freeDirectory(path: string, version: string): string {
  let free = versionDirectory(path, version);
  for (let number = 2; isThere(free); number++) {
    free = versionDirectory(path, `${version}-${number}`);
  }
  return free;
}

function ownershipOf({ uid, gid, mode, modes, owners }: TargetStep, part: Part): Ownership {
  const given = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
  return { ...given, ...owners?.[part], mode: modes?.[part] ?? mode };
}

/** Directory of the set that is in use. */
function linkedDirectory(path: string): string | undefined {
  const version = linkedVersion(path, path);
  return version === undefined ? undefined : `${directoryOf(path)}/${version}`;
}

/** Name of the version directory of a bundle that a link names. */
function linkedVersion(link: string, bundle: string): string | undefined {
  if (!fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined;
  return versionOf(fs.readlinkSync(link), bundle);
}

/**
 * Clears away all directories of a bundle to which neither its link leads nor the one that is kept to be
 * put back. Never throws: what stays is found and cleared away by the next run.
 *
 * @param warn Is told of directories that hold what is not ours.
 */
export function clearBundle(path: string, warn: (message: string) => void): void {
  let names: string[];
  try {
    names = fs.readdirSync(directoryOf(path)).filter((name) => isAnyVersion(name, nameOf(path)));
  } catch {
    return;
  }
  for (const name of names) {
    const directory = `${directoryOf(path)}/${name}`;
    const foreign = tryClear(directory);
    if (foreign !== undefined) warn(keptDirectory(directory, foreign));
  }
}

function tryClear(directory: string): string | undefined {
  try {
    return clearDirectory(directory);
  } catch {
    return undefined;
  }
}

/**
 * Removes a version directory and our files in it, unless a link leads to it, or something is in it that
 * is not ours: then nothing is removed. No link is followed.
 *
 * @returns Name of what is not ours. Throws the system's error.
 */
export function clearDirectory(directory: string): string | undefined {
  if (!fs.lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() || isInUse(directory)) {
    return undefined;
  }
  const foreign = fs.readdirSync(directory, { withFileTypes: true }).find((entry) =>
    !entry.isFile() || !PARTS.some((part) => entry.name === `${part}.pem`)
  );
  if (foreign !== undefined) return foreign.name;
  removeDirectory(directory);
  syncDirectory(directoryOf(directory));
  return undefined;
}

function isInUse(directory: string): boolean {
  const bundle = /^\.(.+)\.vcm-[^.]+$/.exec(nameOf(directory))?.[1];
  if (bundle === undefined) return false;
  const path = `${directoryOf(directory)}/${bundle}`;
  return [path, replacedFile(path)].some((link) => linkedVersion(link, path) === nameOf(directory));
}

/** No link is followed: what it leads to is somebody else's. */
function removeDirectory(directory: string): void {
  const found = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) return removeIfThere(directory);
  for (const part of PARTS) removeIfThere(`${directory}/${part}.pem`);
  fs.rmdirSync(directory);
}
