/** Warnings about access control lists that are lost when a file is replaced. */
import { holdsKey } from "../config/format.ts";
import type { TargetKind } from "../certificate/types.ts";
import { octal } from "../text/octal.ts";
import { shellWord } from "../text/quote.ts";
import type { Presence } from "../host/types.ts";
import type { TargetFile } from "../observe/types.ts";
import type { PlannedTarget } from "./planned_target.ts";
import type { Warning } from "./types.ts";

export function aclWarnings(targets: readonly PlannedTarget[]): Warning[] {
  return targets.filter(({ drift }) => drift.length > 0).flatMap(({ spec, seen }) => {
    const files: readonly (readonly [string, TargetKind, Presence<TargetFile>])[] =
      seen.kind === "file"
        ? [[spec.path, spec.what, seen.file]]
        : seen.link.kind === "set"
        ? seen.link.files.map(({ part, file }) => [`${spec.path}/${part}.pem`, part, file] as const)
        : [];
    return files.flatMap(([path, what, file]) => {
      const message = file.kind === "present" && warn(path, what, spec.mode, file.value);
      return message ? { kind: "acl" as const, message } : [];
    });
  });
}

function warn(
  path: string,
  what: TargetKind,
  desired: number | undefined,
  { mode, acl }: TargetFile,
): string | undefined {
  if (acl?.kind !== "unknown") return undefined;
  const [loses, why] = acl.exists
    ? ["loses its access control list", acl.problem]
    : ["may lose an access control list", `VCM cannot tell whether it has one: ${acl.problem}`];
  const look = `to see it: ls -l ${shellWord(path)}`;
  if (desired === undefined && holdsKey(what) && (mode & 0o070) !== 0) {
    const [from, to] = [octal(mode), octal(mode & 0o700)];
    return `"${path}" ${loses}, and gets mode ${to} instead of ${from}, because VCM cannot tell the ` +
      `rights of its group: ${why}; ${look}; to set its mode: set "mode" on this target`;
  }
  return acl.exists ? `"${path}" ${loses}: ${why}; ${look}` : undefined;
}
