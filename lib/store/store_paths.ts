/** Where things lie in the store. The one place that knows the names. */
import { directoryOf, nameOf } from "../text/path.ts";
import type { Part } from "../certificate/types.ts";

/** `<cert_store>/<name>/privkey.pem` and its siblings. */
export function storedFile(certStore: string, name: string, part: Part): string {
  return `${certStore}/${name}/${part}.pem`;
}

export function storedDirectory(certStore: string, name: string): string {
  return `${certStore}/${name}`;
}

/** A new set is written here, whole, before it takes the place of the old one. */
export function stagedDirectory(certStore: string, name: string): string {
  return `${certStore}/.new-${name}`;
}

/** The old set stands here between the two renames of a switch. */
export function retiredDirectory(certStore: string, name: string): string {
  return `${certStore}/.old-${name}`;
}

/**
 * Where a set goes that is in use no more: one that was revoked under its serial number, an earlier
 * one under the time at which it was written.
 */
export function archivedDirectory(certStore: string, name: string, version: string): string {
  return `${certStore}/archive/${name}/${version}`;
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

/** What a run replaced, until services have validated what it was replaced by. */
export function pendingValidationFile(certStore: string, name: string): string {
  return `${certStore}/.pending-validation-${name}`;
}

/** The temporary file beside a target, until it is renamed over the target. */
export function temporaryFile(path: string): string {
  const slash = path.lastIndexOf("/");
  return `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.vcm-new`;
}

/** The file that a target had before, until services have judged the new one. */
export function replacedFile(path: string): string {
  const slash = path.lastIndexOf("/");
  return `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.vcm-old`;
}

/** The directory of one set of a bundle, beside the link that leads to it. */
export function versionDirectory(path: string, version: string): string {
  const slash = path.lastIndexOf("/");
  return `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.vcm-${version}`;
}

/** Where such a directory is made, until it is whole. */
export function stagedVersion(path: string): string {
  return temporaryFile(versionDirectory(path, "set"));
}

const VERSION = /^\.(.+)\.vcm-[0-9a-f]{16}(?:-\d+)?$/;
const STAGED_VERSION = /^\.\.(.+)\.vcm-set\.vcm-new$/;

/** Whether a file's name is that of a version directory of a bundle, by the bundle's name. */
export function isVersion(name: string, bundle: string): boolean {
  return VERSION.exec(name)?.[1] === bundle;
}

/** The version directory of a bundle that a link leads to, by name; it may be named with its directory. */
export function versionOf(link: string, path: string): string | undefined {
  const before = [`${directoryOf(path)}/`, "./"].find((before) => link.startsWith(before)) ?? "";
  const name = link.slice(before.length);
  return isVersion(name, nameOf(path)) ? name : undefined;
}

/** As `isVersion()`, and also that of a directory which is being made. */
export function isAnyVersion(name: string, bundle: string): boolean {
  return isVersion(name, bundle) || STAGED_VERSION.exec(name)?.[1] === bundle;
}

/** Whether a path is that of such a directory of any bundle. */
export function isVersionDirectory(path: string): boolean {
  return VERSION.test(nameOf(path)) || STAGED_VERSION.test(nameOf(path));
}

/** Whether a file's name is that of a temporary or a kept file. */
export function isLeftover(name: string): boolean {
  return name.endsWith(".vcm-new") || name.endsWith(".vcm-old");
}

/** Whether a file's name is that of anything which a run leaves beside targets. */
export function isTrace(name: string): boolean {
  return name.includes(".vcm-");
}
