/** Deployments of a pair of files whose old ones are kept, for tests of what becomes of the old ones. */
import { lstatSync } from "node:fs";
import { deploy, type Deployment } from "../../../lib/apply/deploy.ts";
import type { FileStep } from "../../../lib/plan/target_types.ts";
import type { Replaced } from "../../../lib/store/types.ts";
import type { Directory } from "../../support/rig.ts";
import { localWriters } from "./plans.ts";

export const WRITERS = localWriters();

/** Path of the record of an interrupted run. */
export const RECORD = "/store/.pending-validation-web";

/** Content of a stranger's file. */
export const THEIRS = "a stranger's\n";

export function target(path: string, change: Partial<FileStep> = {}): FileStep {
  const what = path.endsWith(".key") ? "privkey" : "cert";
  const mode = what === "privkey" ? 0o600 : 0o644;
  return { what, path, drift: [{ kind: "content" }], mode, createDirs: false, ...change };
}

export function pair(directory: Directory): [FileStep, FileStep] {
  return [target(directory.at("web.crt")), target(directory.at("web.key"))];
}

export function run(
  targets: readonly FileStep[],
  change: Partial<Deployment> = {},
): Promise<readonly Replaced[]> {
  return deploy({
    targets,
    revocable: true,
    content: ({ what }) => `new ${what}\n`,
    beforeFirstRename: () => {},
    afterRename: () => {},
    ...change,
  }, WRITERS);
}

/** All that a program may look at, but for the time of the last change of the inode. */
export function factsOf(path: string) {
  const { ino, mtimeMs, uid, gid, mode, nlink, size } = lstatSync(path);
  return { ino, mtimeMs, uid, gid, mode, nlink, size };
}

/** A pair of files with modes and times of their own. */
export function writeOld(directory: Directory): void {
  directory.write("web.crt", "old cert\n", 0o640);
  directory.write("web.key", "old key\n", 0o400);
  for (const name of ["web.crt", "web.key"]) Deno.utimeSync(directory.at(name), 1000, 2000);
}
