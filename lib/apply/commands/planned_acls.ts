/** The ACLs that the plan gives the new files of a target. */
import type { DesiredAcl } from "../../host/acl.ts";
import type { TargetStep } from "../../plan/target_types.ts";
import { replacedFile, temporaryFile } from "../../store/store_paths.ts";
import { directoryOf } from "../../text/path.ts";

/** @param version Name of the version directory of a bundle. */
export function aclsOf(target: TargetStep, version?: string): DesiredAcl[] {
  const { path, acl, acls = {}, inPlace } = target;
  if (acl === undefined) {
    const directory = `${directoryOf(path)}/${version}`;
    return Object.entries(acls).map(([part, entries]) => ({
      path: `${directory}/${part}.pem`,
      entries,
    }));
  }
  // What is written in place was kept as a copy.
  const files = inPlace ? [temporaryFile(path), replacedFile(path)] : [temporaryFile(path)];
  return files.map((path) => ({ path, entries: acl }));
}
