/** Names of files and directories in the store and beside targets. No other file knows them. */
import { directoryOf, nameOf } from "../text/path.ts";
import type { StoredPart } from "../certificate/types.ts";

/** `<cert_store>/<name>/privkey.pem` and its siblings. */
export function storedFile(certStore: string, name: string, part: StoredPart): string {
  return `${certStore}/${name}/${part}.pem`;
}

export function storedDirectory(certStore: string, name: string): string {
  return `${certStore}/${name}`;
}

const ROOM = ".room-";

/** Room for a set that the server is asked for: files without content, until the answer is in them. */
export function roomDirectory(certStore: string, name: string): string {
  return `${certStore}/${ROOM}${name}`;
}

/** The certificate that an entry of the store is room for, if it is that. */
export function nameOfRoom(entry: string): string | undefined {
  return entry.startsWith(ROOM) ? entry.slice(ROOM.length) : undefined;
}

/** A whole new set, until it replaces the old one. */
export function stagedDirectory(certStore: string, name: string): string {
  return `${certStore}/.new-${name}`;
}

/** The new set, if the old directory cannot be renamed: it counts while the old one is emptied. */
export function committedDirectory(certStore: string, name: string): string {
  return `${certStore}/.next-${name}`;
}

/** The old set has this name between the two renames of a switch. */
export function retiredDirectory(certStore: string, name: string): string {
  return `${certStore}/.old-${name}`;
}

/**
 * A set that is no longer used: a revoked one under its serial number, an earlier one under the time
 * at which it was written.
 */
export function archivedDirectory(certStore: string, name: string, version: string): string {
  return `${certStore}/archive/${name}/${version}`;
}

export function archiveDirectory(certStore: string): string {
  return `${certStore}/archive`;
}

/** Whether an entry of the store can be the set of a certificate. */
export function isSetName(entry: string): boolean {
  return !entry.startsWith(".") && entry !== "archive";
}

export function isArchived(certStore: string, path: string): boolean {
  return path.startsWith(`${certStore}/archive/`);
}

export function lockFile(certStore: string): string {
  return `${certStore}/.lock`;
}

/** One record for each service with a pending action, named by the service's id. */
export function pendingDirectory(certStore: string): string {
  return `${certStore}/.pending`;
}

/** Its name before 0.1.0. */
export function legacyPendingDirectory(certStore: string): string {
  return `${certStore}/.owed`;
}

export function pendingActionFile(certStore: string, service: string): string {
  return `${pendingDirectory(certStore)}/${service}`;
}

/** Which files a run replaced, until services have validated the new ones. */
export function pendingValidationFile(certStore: string, name: string): string {
  return `${certStore}/.pending-validation-${name}`;
}

const PENDING_REVOCATION = ".pending-revocation-";

/** Which certificate is being revoked, until its set is out of the store. */
export function pendingRevocationFile(certStore: string, name: string): string {
  return `${certStore}/${PENDING_REVOCATION}${name}`;
}

const REFUSED_ANSWER = ".refused-answer-";

/** Answers of the server that issued certificates which cannot be used. */
export function refusedAnswerFile(certStore: string, name: string): string {
  return `${certStore}/${REFUSED_ANSWER}${name}`;
}

/** When the certificate was issued, if its validity began long before that. */
export function issueTimeFile(certStore: string, name: string): string {
  return `${certStore}/.issued-${name}`;
}

/** The certificates with a pending revocation, from the names of all entries of the store. */
export function namesBeingRevoked(entries: Iterable<string>): string[] {
  return namesAfter(PENDING_REVOCATION, entries);
}

/** The certificates with a record of refused answers, in the same way. */
export function namesRefused(entries: Iterable<string>): string[] {
  return namesAfter(REFUSED_ANSWER, entries);
}

function namesAfter(prefix: string, entries: Iterable<string>): string[] {
  return [...entries].filter((entry) => entry.startsWith(prefix))
    .map((entry) => entry.slice(prefix.length)).sort();
}

/** The temporary file beside a target, until it is renamed over the target. */
export function temporaryFile(path: string): string {
  return hiddenFile(path, "new");
}

/** The previous file of a target, until services have validated the new one. */
export function replacedFile(path: string): string {
  return hiddenFile(path, "old");
}

/** The directory of one set of a bundle, beside the bundle's link. */
export function versionDirectory(path: string, version: string): string {
  return hiddenFile(path, version);
}

function hiddenFile(path: string, suffix: string): string {
  const slash = path.lastIndexOf("/");
  return `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.vcm-${suffix}`;
}

/** The temporary name of such a directory, until it is complete. */
export function stagedVersion(path: string): string {
  return temporaryFile(versionDirectory(path, "set"));
}

const VERSION = /^\.(.+)\.vcm-[0-9a-f]{16}(?:-\d+)?$/;
const STAGED_VERSION = /^\.\.(.+)\.vcm-set\.vcm-new$/;

/** Whether this is the name of a version directory of the bundle. */
export function isVersion(name: string, bundle: string): boolean {
  return VERSION.exec(name)?.[1] === bundle;
}

/** The name of the bundle's version directory that a link leads to; the link may be absolute. */
export function versionOf(link: string, path: string): string | undefined {
  const before = [`${directoryOf(path)}/`, "./"].find((before) => link.startsWith(before)) ?? "";
  const name = link.slice(before.length);
  return isVersion(name, nameOf(path)) ? name : undefined;
}

/** As `isVersion()`, or the temporary name of such a directory. */
export function isAnyVersion(name: string, bundle: string): boolean {
  return isVersion(name, bundle) || STAGED_VERSION.exec(name)?.[1] === bundle;
}

/** As `isAnyVersion()`, for any bundle. */
export function isVersionDirectory(path: string): boolean {
  return VERSION.test(nameOf(path)) || STAGED_VERSION.test(nameOf(path));
}

/** Whether this is the name of a temporary file or of a previous file. */
export function isLeftover(name: string): boolean {
  return name.endsWith(".vcm-new") || name.endsWith(".vcm-old");
}

/** Whether this is a name that a run may leave beside targets. */
export function isTrace(name: string): boolean {
  return name.includes(".vcm-");
}
