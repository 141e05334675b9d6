/** Reads the access control lists of files that are about to be replaced. */
import type { Acl, AskedFile } from "../host/acl.ts";
import { readAcls } from "../host/acl.ts";
import { isGuarded } from "../host/replacers.ts";
import type { Presence } from "../host/types.ts";
import { directoryOf } from "../text/path.ts";
import type {
  CertificateObservation,
  Observation,
  TargetFile,
  TargetObservation,
} from "./types.ts";

/**
 * The observation with these ACLs. Runs no program if none of the targets exists.
 *
 * @param written Paths of the targets that are written.
 */
export async function observeAcls(
  observation: Observation,
  written: ReadonlySet<string>,
): Promise<Observation> {
  const { certificates } = observation;
  const targets = certificates.flatMap((one) => one.targets).filter((one) => written.has(one.path));
  const files = targets.flatMap(filesOf);
  if (files.length === 0) return observation;
  const acls = await readAcls(files);
  const withAcls = (one: CertificateObservation): CertificateObservation => ({
    ...one,
    targets: one.targets.map((target) => written.has(target.path) ? withAcl(target, acls) : target),
  });
  return { ...observation, certificates: certificates.map(withAcls) };
}

/** The files that the target is now. */
function filesOf(target: TargetObservation): AskedFile[] {
  const directory = directoryOf(target.path);
  const isGuardedPath = target.ancestors.every((ancestor) => isGuarded(ancestor, 0));
  return pathsOf(target).flatMap(([path, file]) =>
    file.kind === "present" && file.value.type === "file"
      ? { path, uid: file.value.uid, directory, isGuarded: isGuardedPath }
      : []
  );
}

function pathsOf(target: TargetObservation): (readonly [string, Presence<TargetFile>])[] {
  if (target.kind === "file") return [[target.path, target.file]];
  if (target.link.kind !== "set") return [];
  const { directory, files } = target.link;
  const set = `${directoryOf(target.path)}/${directory}`;
  return files.map(({ part, file }) => [`${set}/${part}.pem`, file] as const);
}

function withAcl(target: TargetObservation, acls: ReadonlyMap<string, Acl>): TargetObservation {
  const files = pathsOf(target).map(([path, file]): Presence<TargetFile> => {
    const acl = acls.get(path);
    return acl && file.kind === "present" ? { ...file, value: { ...file.value, acl } } : file;
  });
  if (target.kind === "file") return { ...target, file: files[0] ?? target.file };
  const { link } = target;
  if (link.kind !== "set") return target;
  const parts = link.files.map(({ part, file }, at) => ({ part, file: files[at] ?? file }));
  return { ...target, link: { ...link, files: parts } };
}
