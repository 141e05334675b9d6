/**
 * Makes the new set of a bundle and removes old ones. The set gets a directory of its own beside the
 * link: made under a temporary name, files synced, directory synced, renamed. Then a link to it is
 * created under the link's temporary name. deploy.ts renames it over the old link like any other file,
 * so a reader sees the old set or the new one.
 *
 * The directory belongs to the user who runs VCM, and only its files have the owner of the target, so
 * nobody else can replace what is in it.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { directoryOf, nameOf } from "../text/path.ts";
import {
  isAnyVersion,
  replacedFile,
  stagedVersion,
  versionDirectory,
  versionOf,
} from "../store/store_paths.ts";
import { type Part, PARTS } from "../certificate/types.ts";
import type { BundleStep } from "../plan/target_types.ts";
import { type Ownership, removeIfThere, writeNewFile } from "../host/atomic_write.ts";
import { isThere } from "../host/read.ts";
import { hasContext } from "../host/selinux.ts";
import { syncDirectory, syncShared } from "../host/sync.ts";
import type { Commands } from "./commands/commands.ts";

/**
 * Creates a new set, and a link to it under the link's temporary name, which must not exist.
 *
 * @param text Content of each file; its errors are thrown.
 * @param directoryMode Permission bits of the set's directory.
 *
 * Throws the system's error, or Error if the link cannot be created. Needs read and write permission
 * for the directory above.
 */
export async function makeBundle(
  target: BundleStep,
  text: (part: Part) => string,
  directoryMode: number,
  commands: Commands,
): Promise<void> {
  const { path } = target;
  const staged = stagedVersion(path);
  // The lock is held, so it can only be left by an interrupted run.
  removeDirectory(staged);
  const texts = new Map(PARTS.map((part) => [part, text(part)]));
  fs.mkdirSync(staged, { mode: 0o700 });
  try {
    const version = linkedVersion(path, path);
    const old = `${directoryOf(path)}/${version}`;
    for (const [part, content] of texts) {
      await writeNewFile(`${staged}/${part}.pem`, content, ownershipOf(target, part));
      if (version !== undefined && hasContext(`${old}/${part}.pem`)) {
        await commands.copyContext(path, { version, part });
      }
    }
    if (version !== undefined && hasContext(old)) await commands.copyContext(path, { version });
    fs.chmodSync(staged, directoryMode);
    await syncShared(staged);
    const directory = freeDirectory(path, fingerprint(texts.values()));
    fs.renameSync(staged, directory);
    await syncShared(directoryOf(path));
    await commands.linkBundle(path, nameOf(directory));
  } catch (error) {
    tryClear(staged);
    throw error;
  }
}

/** The version of a set: the same content has the same name, unless that is taken. */
function fingerprint(texts: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text);
  return hash.digest("hex").slice(0, 16);
}

/** A damaged set, or one with other owners, keeps its name until the link points elsewhere. */
function freeDirectory(path: string, version: string): string {
  let free = versionDirectory(path, version);
  for (let number = 2; isThere(free); number++) {
    free = versionDirectory(path, `${version}-${number}`);
  }
  return free;
}

function ownershipOf({ uid, gid, modes, owners }: BundleStep, part: Part): Ownership {
  return { uid, gid, ...owners[part], mode: modes[part] };
}

/** Name of the version directory that a link points to, if it is one of this bundle. */
function linkedVersion(link: string, bundle: string): string | undefined {
  if (!fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined;
  return versionOf(fs.readlinkSync(link), bundle);
}

/** A version directory that stays, because it contains an entry that VCM did not make. */
interface ForeignEntry {
  readonly directory: string;
  readonly foreign: string;
}

/**
 * Removes the version directories of a bundle that are not in use, neither by its link nor by the link
 * that is kept for a rollback. Never throws: the next run finds and removes what stays.
 */
export function clearBundle(path: string): ForeignEntry[] {
  let names: string[];
  try {
    names = fs.readdirSync(directoryOf(path)).filter((name) => isAnyVersion(name, nameOf(path)));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const directory = `${directoryOf(path)}/${name}`;
    const foreign = tryClear(directory);
    return foreign === undefined ? [] : { directory, foreign };
  });
}

function tryClear(directory: string): string | undefined {
  try {
    return clearDirectory(directory);
  } catch {
    return undefined;
  }
}

/**
 * Removes a version directory with its files, unless it is in use or contains an entry that VCM did not
 * make. No link is followed.
 *
 * @returns Name of such an entry. Throws the system's error.
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

/** Follows no link: what it points to is not ours. */
function removeDirectory(directory: string): void {
  const found = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) return removeIfThere(directory);
  for (const part of PARTS) removeIfThere(`${directory}/${part}.pem`);
  fs.rmdirSync(directory);
}
